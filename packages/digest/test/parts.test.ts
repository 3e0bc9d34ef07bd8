import { describe, expect, it } from 'vitest'
import { algorithmOf, chainIdInput, formatDigest, hexOf, shortId, type Digest } from '../src/index.ts'

const digest: Digest = `sha256:${'0123456789abcdef'.repeat(4)}`
const wide: Digest = `sha512:${'f'.repeat(128)}`

describe('the parts of a digest', () => {
  it('are algorithm and hexadecimal digits', () => {
    expect([algorithmOf(digest), hexOf(digest)]).toEqual(['sha256', '0123456789abcdef'.repeat(4)])
    expect([algorithmOf(wide), hexOf(wide)]).toEqual(['sha512', 'f'.repeat(128)])
  })

  it('go together again', () => expect(formatDigest(algorithmOf(wide), hexOf(wide))).toBe(wide))

  it('are short for people: 12 digits', () => expect(shortId(digest)).toBe('0123456789ab'))

  it('of two layers make the text of a chainID, one space between', () =>
    expect(chainIdInput(digest, wide)).toBe(`${digest} ${wide}`))
})

describe('a malformed digest, which the type lets through', () => {
  const forged = [
    'sha256:../../../../etc/passwd',
    'sha256:',
    `sha256:${'A'.repeat(64)}`,
    `sha256:${'a'.repeat(63)}/`,
  ] as Digest[]

  it.each(forged)('%s gives no parts', (text) => {
    for (const take of [
      algorithmOf,
      hexOf,
      shortId,
      (forgery: Digest) => chainIdInput(digest, forgery),
      (forgery: Digest) => chainIdInput(forgery, digest),
    ]) {
      expect(() => take(text)).toThrow(
        expect.objectContaining({ name: 'DigestError', code: expect.stringMatching(/^DIGEST_INVALID_/) }),
      )
    }
  })

  it('is not made by formatDigest', () => {
    expect(() => formatDigest('sha256', '../x')).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID_FORMAT' }))
    expect(() => formatDigest('sha512', 'a'.repeat(64))).toThrow(
      expect.objectContaining({ code: 'DIGEST_INVALID_LENGTH' }),
    )
  })
})
