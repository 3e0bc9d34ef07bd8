import { expect, it } from 'vitest'
import { corpus, piecesFor } from './support/corpus.ts'
import { asyncEndOf, brief, endOf } from './support/run.ts'

it.each(corpus())('$name', async ({ input, expected }) => {
  const wanted = typeof expected === 'string' ? expected : brief(expected)
  for (const pieces of piecesFor(input)) {
    expect(endOf(input, pieces)).toBe(wanted)
    expect(await asyncEndOf(input, pieces)).toBe(wanted)
  }
})
