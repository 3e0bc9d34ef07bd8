import { expect, it } from 'vitest'
import { whileOpening } from '../src/actions/while-opening.ts'
import { defaultGraceMs } from '../src/process/signals.ts'

it('tells of a root that does not answer, and gives nothing time for good order before it does', async () => {
  const grace: number[] = []
  const context = { setGrace: (ms: number) => void grace.push(ms) }
  let answer: (value: string) => void = () => undefined
  const told = await new Promise<string>((tell) => {
    const opened = whileOpening(() => new Promise<string>((resolve) => (answer = resolve)), {
      root: '/gone\u001b',
      context,
      tell,
      afterMs: 1,
    })
    void opened.then((value) => grace.push(value.length))
  })
  expect(told).toBe('/gone\\x1b does not answer; check that its file system is connected. Still waiting; Ctrl-C stops')
  expect(grace).toEqual([1000])
  answer('four')
  await expect.poll(() => grace).toEqual([1000, defaultGraceMs, 4])
})

it('says nothing of one that answers', async () => {
  const told: string[] = []
  const opened = whileOpening(() => Promise.resolve('here'), {
    root: '/here',
    context: { setGrace: () => undefined },
    tell: (line) => told.push(line),
    afterMs: 1,
  })
  expect(await opened).toBe('here')
  await new Promise((resolve) => setTimeout(resolve, 5))
  expect(told).toEqual([])
})
