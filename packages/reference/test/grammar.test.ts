import { describe, expect, it } from 'vitest'
import { parseReference, tryParseReference } from '../src/index.ts'
import { refusalOf } from './support/refusal.ts'
import { accepted, refused } from './support/vectors.ts'

describe('a reference', () => {
  it.each(accepted)('%s', (text, parts) => expect(parseReference(text)).toEqual(parts))

  it.each(refused)('%j is none: %s', (text, code, offset) => {
    expect(refusalOf(() => parseReference(text))).toMatchObject({
      name: 'ImageReferenceError',
      code,
      facts: { offset },
    })
    expect(tryParseReference(text)).toBeUndefined()
  })
})
