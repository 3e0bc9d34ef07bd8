import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { layoutOf, nodeProcesses } from '@lading/content-store'
import { image, startTestRegistry } from '@lading/test-registry'
import { expect, it, onTestFinished } from 'vitest'
import { createPuller, type PullEvent } from '../src/index.ts'
import { temporaryFolder } from './scene.ts'

it('a pull that waits for another process says so, and goes on when that is gone', async () => {
  await using registry = await startTestRegistry({ images: [image('t/app:1').layer({ a: 'a' })] })
  const root = await temporaryFolder()
  const { lock } = layoutOf(root)
  await mkdir(dirname(lock), { recursive: true })
  const owner = { ...nodeProcesses().self(), pid: 4711, host: 'far', boot: 'far', nonce: '0123456789abcdef' }
  await writeFile(lock, `${JSON.stringify(owner)}\n`)
  const puller = await createPuller({ root })
  onTestFinished(() => puller.close())
  const events: PullEvent[] = []
  await puller.pull(`${registry.host}/t/app:1`, {
    onEvent(event) {
      events.push(event)
      if (event.type === 'waiting') void rm(event.path)
    },
  })
  expect(events.filter(({ type }) => type === 'waiting')).toEqual([
    {
      type: 'waiting',
      path: lock,
      pid: 4711,
      host: 'far',
      silenceMs: 20_000,
      message: expect.stringMatching(/^waiting for process 4711 on far, .* continue at once with: rm /) as string,
    },
  ])
  expect(events.at(-1)).toMatchObject({ type: 'status' })
})
