import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DigestError, isDigest, parseDigest, tryParseDigest } from '../src/index.ts'
import { good, hex, refused } from './support/vectors.ts'

const oneOf = (characters: string): fc.Arbitrary<string> => fc.constantFrom(...Array.from(characters))
const anyUnits = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units))

function failureOf(text: string): DigestError {
  try {
    parseDigest(text)
  } catch (error) {
    if (error instanceof DigestError) return error
    throw error
  }
  throw new Error(`${text} was taken for a digest`)
}

describe('a digest', () => {
  it.each(good)('%s is one', (text) => {
    expect(parseDigest(text)).toBe(text)
    expect(tryParseDigest(text)).toBe(text)
    expect(isDigest(text)).toBe(true)
  })

  it.each(refused)('is not: %s', (_, text, code, offset) => {
    expect(failureOf(text)).toMatchObject({ name: 'DigestError', code, facts: { offset } })
    expect(tryParseDigest(text)).toBeUndefined()
    expect(isDigest(text)).toBe(false)
  })

  it('is refused with words that say what to do', () => {
    expect(failureOf('sha256:abc')).toMatchObject({
      message: 'invalid digest "sha256:abc": sha256 takes 64 hexadecimal digits, not 3',
      hint: 'copy the whole digest, without shortening it',
      facts: { digest: 'sha256:abc', expected: 64, actual: 3 },
    })
    expect(failureOf(`md5:${hex(32)}`).message).toBe(
      `invalid digest "md5:${hex(32)}": its algorithm md5 is not supported`,
    )
    expect(failureOf(`sha256:${'A'.repeat(64)}`).hint).toBe('write the hexadecimal digits in lower case')
    expect(failureOf('alpine').hint).toContain('ALGORITHM:HEX')
  })

  it('is text: other values are refused, not converted', () => {
    for (const value of [undefined, null, 7, {}, [good[0]], new Uint8Array(3)]) {
      expect(isDigest(value)).toBe(false)
      expect(() => parseDigest(value as string)).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID_FORMAT' }))
    }
  })

  it('cannot write to a terminal through its error', () => {
    expect(failureOf('sha256:\u001b[2J').message).toBe(
      'invalid digest "sha256:\\x1b[2J": it has a character that no digest has',
    )
  })

  it('of a megabyte makes a short error', () => {
    expect(failureOf(`sha256:${'a'.repeat(1_000_000)}`).message.length).toBeLessThan(300)
    expect(failureOf('a'.repeat(1_000_000)).message.length).toBeLessThan(300)
    expect(failureOf(`${'a'.repeat(1_000_000)}:b`).message.length).toBeLessThan(300)
  })
})

const digits = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: oneOf('0123456789abcdef'), minLength: length, maxLength: length })

describe('for any text', () => {
  const lengths = { sha256: 64, sha384: 96, sha512: 128 }
  const digest = fc
    .constantFrom(...(['sha256', 'sha384', 'sha512'] as const))
    .chain((algorithm) => digits(lengths[algorithm]).map((encoded) => `${algorithm}:${encoded}`))

  it('accepts exactly what the three fixed forms describe', () => {
    const model = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/
    const nearly = fc
      .tuple(digest, fc.nat(), fc.string({ maxLength: 2 }))
      .map(([text, at, put]) => text.slice(0, at % text.length) + put + text.slice((at % text.length) + 1))
    fc.assert(
      fc.property(fc.oneof(digest, nearly, fc.string()), (text) => {
        expect(isDigest(text)).toBe(model.test(text))
      }),
    )
  })

  const digestLike = fc
    .tuple(
      fc.oneof(fc.constantFrom('sha256', 'md5', 'blake3'), fc.string({ unit: oneOf('az09+._-') })),
      fc.string({ unit: oneOf('afgzAZ09=_-'), maxLength: 70 }),
    )
    .map((parts) => parts.join(':'))

  it('throws nothing but a DigestError with an offset inside the text', () => {
    fc.assert(
      fc.property(fc.oneof(anyUnits, digestLike), (text) => {
        if (isDigest(text)) return
        const { code, facts, hint } = failureOf(text)
        expect(code).toMatch(/^DIGEST_/)
        expect(facts.offset).toBeGreaterThanOrEqual(0)
        expect(facts.offset).toBeLessThanOrEqual(text.length)
        expect(hint).toBeTruthy()
      }),
    )
  })
})
