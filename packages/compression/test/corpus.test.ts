import { inflateRawSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { corpus, piecesFor } from './support/corpus.ts'
import { everyCut } from './support/every-cut.ts'
import { asyncTraceOf, brief, endOf, endOfTrace, traceOf } from './support/run.ts'

it.each(corpus())('$name', async ({ input, expected }) => {
  const wanted = typeof expected === 'string' ? expected : brief(expected)
  for (const pieces of piecesFor(input)) {
    const trace = traceOf(input, pieces)
    expect(endOfTrace(trace)).toBe(wanted)
    expect(await asyncTraceOf(input, pieces)).toBe(trace)
  }
})

it('is the same without the checksum of the content, but for content that only this one tells to be wrong', () => {
  for (const { name, input, expected } of corpus()) {
    // Of `large`, whose stored checksum has a flipped bit.
    const alone = name === 'gzip, checksum wrong' ? brief(inflateRawSync(input.subarray(10, -8))) : undefined
    const wanted = alone ?? (typeof expected === 'string' ? expected : brief(expected))
    expect({ name, end: endOf(input, [Infinity], { checksums: false }) }).toEqual({ name, end: wanted })
  }
  for (const { name, input, expected } of everyCut()) {
    const wanted = typeof expected === 'string' ? expected : brief(expected)
    expect({ name, end: endOf(input, [2, 3], { checksums: false }) }).toEqual({ name, end: wanted })
  }
})

it('cut at every byte, and with zeros or rubbish behind every cut, is whole between members or frames and nowhere else', async () => {
  const cases = everyCut()
  expect(cases.length).toBeGreaterThan(200)
  for (const [at, { name, input, expected }] of cases.entries()) {
    const wanted = typeof expected === 'string' ? expected : brief(expected)
    // In the ordinary run one cut comes in these pieces and the next one in those.
    for (const pieces of [[Infinity], [1], [2, 3]].filter((_, way) => atScale(way === at % 3, true))) {
      const trace = traceOf(input, pieces)
      expect({ name, pieces, end: endOfTrace(trace) }).toEqual({ name, pieces, end: wanted })
      expect({ name, pieces, trace: await asyncTraceOf(input, pieces) }).toEqual({ name, pieces, trace })
    }
  }
})
