import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { LadingError, isLadingError, nameErrors, printable, redact } from '../src/index.ts'

describe('a class of errors', () => {
  it('has the name it was given, whatever the class is called, for its own too, and no log prints it twice', () => {
    // As a minifier leaves it.
    class a extends LadingError<'LOST'> {}
    class b extends a {}
    nameErrors(a, 'CrateError')
    const error = new a('LOST', 'it is gone')
    expect(error.name).toBe('CrateError')
    expect(new b('LOST', 'it is gone').name).toBe('CrateError')
    expect(new LadingError('LOST', 'it is gone').name).toBe('LadingError')
    expect(error.toJSON().name).toBe('CrateError')
    expect(Object.keys(error)).not.toContain('name')
    expect(inspect(error)).not.toMatch(/name: /)
  })
})

describe('LadingError', () => {
  it('keeps code, cause, hint and facts', () => {
    const cause = new Error('below')
    const error = new LadingError('MANIFEST_UNKNOWN', 'no such manifest', {
      cause,
      hint: 'check the tag',
      host: 'ghcr.io',
      reference: 'ghcr.io/a/b:1',
    })
    expect(error).toMatchObject({
      name: 'LadingError',
      code: 'MANIFEST_UNKNOWN',
      hint: 'check the tag',
      cause,
      facts: { host: 'ghcr.io', reference: 'ghcr.io/a/b:1' },
    })
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'LadingError',
      code: 'MANIFEST_UNKNOWN',
      message: 'no such manifest',
      hint: 'check the tag',
      host: 'ghcr.io',
      reference: 'ghcr.io/a/b:1',
    })
  })

  it('redacts what it is told', () => {
    const error = new LadingError('X', 'GET https://me:hunter2@host/v2/ said no', {
      hint: 'Authorization: Bearer abcdef0123',
    })
    expect(inspect(error)).not.toMatch(/hunter2|abcdef0123/)
  })

  it('is recognised by brand, not by class, so that another copy of the package counts', () => {
    const foreign = Object.assign(new Error('x'), { code: 'A' })
    expect(isLadingError(foreign)).toBe(false)
    Object.defineProperty(foreign, Symbol.for('lading.error'), { value: true })
    expect(isLadingError(foreign)).toBe(true)
    expect(isLadingError(foreign, 'A')).toBe(true)
    expect(isLadingError(foreign, 'B')).toBe(false)
    expect([undefined, null, 'A', 1].some((value) => isLadingError(value))).toBe(false)
  })
})

describe('redact', () => {
  it.each([
    ['https://user:secret@host/path', 'https://***@host/path'],
    ['Authorization: Basic dXNlcjpzZWNyZXQ=', 'Authorization: Basic ***'],
    ['authorization: bearer eyJhbGciOi.J9.x', 'authorization: bearer ***'],
    ['https://cdn/x?X-Amz-Signature=0a1b&X-Amz-Date=2026', 'https://cdn/x?X-Amz-Signature=***&X-Amz-Date=2026'],
    ['https://auth/token?service=r&access_token=t0k', 'https://auth/token?service=r&access_token=***'],
    ['https://host/v2/name/manifests/sha256:abc', 'https://host/v2/name/manifests/sha256:abc'],
    ['someone@example.com', 'someone@example.com'],
  ])('%s', (input, output) => expect(redact(input)).toBe(output))

  it('is linear enough for a megabyte of the worst', () => {
    for (const unit of ['http://', 'bearer ', '?token', '@', '://a@'])
      expect(redact(unit.repeat(1_000_000 / unit.length))).toBeTypeOf('string')
  })
})

describe('printable', () => {
  it('disarms escape sequences, carriage returns and bidirectional overrides', () => {
    expect(printable('a\u001b]0;title\u0007b\rc\u202ed\u009be')).toBe('a\\x1b]0;title\\x07b\\x0dc\\u202ed\\x9be')
  })
  it('keeps ordinary text of any script', () => expect(printable('größe 漢字 🚢')).toBe('größe 漢字 🚢'))
  it('cuts what is too long and says so', () => expect(printable('abcdef', 3)).toBe('abc…'))
})
