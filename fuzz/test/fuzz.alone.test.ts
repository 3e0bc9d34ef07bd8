import { enlarged, needs } from '../../test/support/needs.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { parseReference } from '@lading/reference'
import { describe, expect, it } from 'vitest'
import { countSteps } from '../count-steps.ts'
import { bytesOf, textOf } from '../encoding.ts'
import { inputOf } from '../inputs.ts'
import { holds } from '../refusal.ts'
import { runTarget } from '../run-target.ts'
import type { Target } from '../target.ts'
import { targets, waitingTargets } from '../targets/index.ts'
import { withTimeLimit } from '../time-limit.ts'

/** A parser with a fault, and inputs that meet it now and then. */
const broken = (check: (text: string) => void): Target => ({
  name: 'broken',
  generate: (random) => bytesOf(random.text('abc-', 1 + random.below(40))),
  words: ['a', 'b-'],
  check: (input) => check(textOf(input)),
})

const forever = (): never => {
  for (;;) void 0
}

describe('the fuzzer', () => {
  it('finds an error that escapes, makes its input short, and finds it again by the run alone', () => {
    const target = broken((text) => {
      if (text.includes('bc-')) throw new TypeError('not ours')
    })
    const [found] = runTarget(target, { runs: 500, seed: 1 }).findings
    expect(found).toMatchObject({ what: 'TypeError: not ours', run: expect.any(Number) as number })
    expect(textOf(found?.input ?? new Uint8Array())).toBe('bc-')
    expect(runTarget(target, { runs: 500, seed: 1, only: Number(found?.run) }).findings[0]).toEqual(found)
  })

  it('finds a property that does not hold', () => {
    const target = broken((text) => holds(!text.startsWith('a'), 'it starts with an a'))
    expect(runTarget(target, { runs: 50, seed: 1 }).findings[0]).toMatchObject({
      what: 'Error: it starts with an a',
      input: bytesOf('a'),
    })
  })

  it('finds work that grows faster than its input', needs(enlarged), () => {
    const quadratic = broken((text) => {
      // Each beginning of the text once more: what a parser does that starts over at each character.
      for (let end = 1; end < Math.min(text.length, 4000); end++) parseSafely(`a${'-'.repeat(end)}`)
    })
    const { findings } = runTarget(quadratic, { runs: 1, seed: 1 })
    expect(findings[0]?.what).toMatch(/steps for/)
  })

  it('gives the same inputs for the same seed, and others for another', () => {
    const target = targets[0] as Target
    const inputs = (seed: number): string =>
      Array.from({ length: 50 }, (_, run) => textOf(inputOf(target, [], seed, run))).join('\n')
    expect(inputs(7)).toBe(inputs(7))
    expect(inputs(7)).not.toBe(inputs(8))
  })

  it('counts the same steps for the same work, and twice as many for twice the work', () => {
    const steps = (length: number): number => countSteps(() => parseSafely(`${'a-'.repeat(length)}!`))
    expect(steps(4000)).toBe(steps(4000))
    expect(steps(4000)).toBeGreaterThan(8000)
    expect(steps(8000) / steps(4000)).toBeCloseTo(2, 1)
  })

  it('stops what does not end', () => {
    expect(withTimeLimit(50, forever)).toEqual({ kind: 'timed-out' })
    expect(withTimeLimit(5000, () => undefined)).toEqual({ kind: 'done' })
  })
})

it('every target is run by a test, and every folder of the corpus belongs to one', () => {
  const tests = readdirSync(new URL('.', import.meta.url))
    .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'))
    .join('')
  const all = [...targets, ...waitingTargets]
  expect(all.filter(({ name }) => !tests.includes(`'${name}'`))).toEqual([])
  expect(readdirSync(new URL('../corpus', import.meta.url)).toSorted()).toEqual(all.map(({ name }) => name).toSorted())
})

function parseSafely(text: string): void {
  try {
    parseReference(text)
  } catch {
    // Refused or not, the steps are counted.
  }
}
