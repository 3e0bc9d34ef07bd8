import { describe, expect, it } from 'vitest'
import { parseReference } from '../src/index.ts'
import { refusalOf } from './support/refusal.ts'

const refusal = (text: string): { message: string; hint: string | undefined } => {
  const { message, hint } = refusalOf(() => parseReference(text))
  return { message, hint }
}

describe('a mistake people make is told from others', () => {
  it.each([
    ['', 'invalid reference "": it is empty', 'name an image, for example alpine:3.20'],
    [
      'https://ghcr.io/a/b',
      'invalid reference "https://ghcr.io/a/b": the port has "/" where a digit must be (at offset 6)',
      'a reference is no URL: leave out "https://"',
    ],
    [
      'docker://alpine',
      'invalid reference "docker://alpine": the port has "/" where a digit must be (at offset 7)',
      'a reference is no URL: leave out "docker://"',
    ],
    ['Alpine', 'invalid reference "Alpine": the repository has "A", and must be lower case', 'write alpine'],
    [
      'ghcr.io/Acme/App:V1',
      'invalid reference "ghcr.io/Acme/App:V1": the repository has "A", and must be lower case (at offset 8)',
      'write ghcr.io/acme/app:V1',
    ],
    [
      'alpine:',
      'invalid reference "alpine:": nothing follows the colon (at offset 7)',
      'write a tag after the colon, or leave the colon out',
    ],
    [
      ' alpine',
      'invalid reference " alpine": the repository has white space where a letter or digit must be',
      'remove the white space',
    ],
    [
      'alpine:3 ',
      'invalid reference "alpine:3 ": the tag has white space where it cannot be (at offset 8)',
      'remove the white space',
    ],
    [
      'alpine\u00a0',
      'invalid reference "alpine\u00a0": the repository has white space where it cannot be (at offset 6)',
      'remove the white space',
    ],
    [
      'acme/',
      'invalid reference "acme/": the repository ends where a letter or digit must be (at offset 5)',
      'remove the slash at the end, or write a repository behind it',
    ],
    [
      '[::1]:5000',
      'invalid reference "[::1]:5000": the repository has "[" where a letter or digit must be',
      'name a repository behind the address: [2001:db8::1]:5000/NAME',
    ],
    [
      'alpine@sha256:abc',
      'invalid reference "alpine@sha256:abc": invalid digest "sha256:abc": sha256 takes 64 hexadecimal digits, not 3 (at offset 14)',
      'copy the whole digest, without shortening it',
    ],
  ])('%j', (text, message, hint) => expect(refusal(text)).toEqual({ message, hint }))

  it('keeps the digest’s own error as its cause', () => {
    expect(refusalOf(() => parseReference('alpine@sha256:abc'))).toMatchObject({
      code: 'DIGEST_INVALID_LENGTH',
      cause: { name: 'DigestError', code: 'DIGEST_INVALID_LENGTH', facts: { offset: 7 } },
    })
  })
})

describe('what an error shows of the text', () => {
  it('cannot move a cursor or write to a terminal', () => {
    const { message, facts } = refusalOf(() => parseReference('alp\u001b[31mine\u202e'))
    expect(message).toContain('"alp\\x1b[31mine\\u202e"')
    expect(message).toContain('has "\\x1b"')
    expect(facts.reference).toBe('alp\\x1b[31mine\\u202e')
  })

  it('is no password', () => {
    const error = refusalOf(() => parseReference('https://me:hunter2@ghcr.io/a'))
    expect(JSON.stringify(error)).not.toContain('hunter2')
    expect(error.facts.reference).toBe('https://***@ghcr.io/a')
  })

  it.each([
    'a'.repeat(1_000_000),
    'A'.repeat(1_000_000),
    `${'a.'.repeat(500_000)}/`,
    `alpine:${'t'.repeat(1_000_000)}`,
    `alpine@${'a'.repeat(1_000_000)}`,
    'a://'.repeat(250_000),
  ])('is short, whatever came (case %#)', (text) => {
    const { message, hint, facts } = refusalOf(() => parseReference(text))
    expect(message.length).toBeLessThan(900)
    expect(hint?.length).toBeLessThan(400)
    expect(facts.reference?.length).toBeLessThan(320)
  })
})
