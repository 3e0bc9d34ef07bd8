import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { needs } from '../../../test/support/needs.ts'
import { sample } from './support/build.ts'
import { corpus } from './support/corpus.ts'
import { brief, run } from './support/run.ts'

const pipe = (program: string, args: string[], input: Uint8Array): Buffer =>
  execFileSync(program, args, { input, maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'ignore'] })
const good = (start: string): readonly { name: string; input: Buffer; expected: Buffer }[] =>
  corpus().flatMap(({ name, input, expected }) =>
    name.startsWith(start) && typeof expected !== 'string' ? [{ name, input, expected }] : [],
  )

describe('gzip(1)', needs('gzip'), () => {
  it('agrees with the corpus', () => {
    for (const { name, input, expected } of good('gzip'))
      expect({ name, end: brief(pipe('gzip', ['-dc'], input)) }).toEqual({ name, end: brief(expected) })
  })

  it.each(['-1', '-6', '-9'])('writes what we read: %s', (level) => {
    expect(run(pipe('gzip', [level, '-c'], sample(500_000)), [5000]).output.equals(sample(500_000))).toBe(true)
  })
})

describe('zstd(1)', needs('zstd'), () => {
  it('agrees with the corpus', () => {
    for (const { name, input, expected } of good('zstd'))
      expect({ name, end: brief(pipe('zstd', ['-dcq'], input)) }).toEqual({ name, end: brief(expected) })
  })

  it.each(['-1', '--fast=5', '-19', '--long=27'])('writes what we read: %s', (level) => {
    expect(run(pipe('zstd', [level, '-cq'], sample(500_000)), [5000]).output.equals(sample(500_000))).toBe(true)
  })
})
