import { deepStrictEqual } from 'node:assert'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  familiarString,
  isNameOnly,
  isReserved,
  isTag,
  nameOf,
  parseAnyReference,
  parseCanonicalReference,
  parseReference,
  withDefaultTag,
  withDigest,
  withTag,
  withoutTagAndDigest,
  type Reference,
} from '../src/index.ts'
import { f, zeros } from './support/digests.ts'
import { refusalOf } from './support/refusal.ts'

describe('a reference as a value', () => {
  const reference = parseReference(`alpine:3.20@${f}`)

  it('is its full text', () => {
    expect(String(reference)).toBe(`docker.io/library/alpine:3.20@${f}`)
    expect(String(parseReference('localhost:5000/a'))).toBe('localhost:5000/a')
  })

  it('shows its parts and nothing else', () => {
    deepStrictEqual(parseReference('alpine:3.20'), { domain: 'docker.io', path: 'library/alpine', tag: '3.20' })
    expect(inspect(parseReference('alpine:3.20'))).toBe("{ domain: 'docker.io', path: 'library/alpine', tag: '3.20' }")
    expect(JSON.stringify(parseReference('ghcr.io/a/b'))).toBe('{"domain":"ghcr.io","path":"a/b"}')
    expect(Object.keys(parseReference('alpine'))).toEqual(['domain', 'path'])
  })

  it('cannot be changed', () => {
    expect(() => Object.assign(reference, { tag: 'other' })).toThrow('read only')
    expect(() => Object.assign(reference, { toString: () => 'other' })).toThrow('read only')
    expect(() => Object.assign(parseReference('alpine'), { tag: 'new' })).toThrow('not extensible')
  })

  it('survives the way through JSON and between threads', () => {
    for (const copy of [JSON.parse(JSON.stringify(reference)) as Reference, structuredClone(reference)]) {
      expect(familiarString(copy)).toBe(`alpine:3.20@${f}`)
      expect(nameOf(copy)).toBe('docker.io/library/alpine')
      expect(String(parseReference(copy))).toBe(String(reference))
    }
  })

  it('is checked when it comes from somewhere else', () => {
    expect(refusalOf(() => parseReference({ domain: 'docker.io', path: '../../etc' }))).toMatchObject({
      code: 'REFERENCE_INVALID',
    })
    expect(refusalOf(() => parseReference({ domain: 'nohost', path: 'a' }))).toMatchObject({
      code: 'REFERENCE_NOT_CANONICAL',
    })
    expect(refusalOf(() => parseReference({ domain: 'ghcr.io', path: 'a', tag: 'b c' }))).toMatchObject({
      code: 'TAG_INVALID',
    })
    for (const value of [undefined, null, 7])
      expect(refusalOf(() => parseReference(value as never))).toMatchObject({ code: 'REFERENCE_INVALID' })
  })
})

describe('canonical text', () => {
  it.each(['docker.io/library/alpine', 'ghcr.io/a/b:1', `[::1]:5000/a:b@${f}`])('%s is', (text) =>
    expect(String(parseCanonicalReference(text))).toBe(text),
  )

  it.each([
    ['alpine', 'docker.io/library/alpine'],
    ['docker.io/alpine:3', 'docker.io/library/alpine:3'],
    ['index.docker.io/a/b', 'docker.io/a/b'],
  ])('%s is not, and the error says what is', (text, full) => {
    expect(refusalOf(() => parseCanonicalReference(text))).toMatchObject({
      code: 'REFERENCE_NOT_CANONICAL',
      hint: `write ${full}`,
      facts: { expected: full },
    })
  })
})

describe('the familiar string', () => {
  it.each([
    ['docker.io/library/alpine:3.20', 'alpine:3.20'],
    [`alpine@${f}`, `alpine@${f}`],
    [`index.docker.io/a/b:c@${f}`, `a/b:c@${f}`],
    ['ghcr.io/a/b:c', 'ghcr.io/a/b:c'],
  ])('of %s is %s', (text, familiar) => expect(familiarString(parseReference(text))).toBe(familiar))
})

describe('any reference', () => {
  const hex = '0123456789abcdef'.repeat(4)
  it('is a digest when it is 64 hexadecimal digits', () =>
    expect(parseAnyReference(hex)).toEqual({ kind: 'digest', digest: `sha256:${hex}` }))
  it('is a digest when it is written as one', () => expect(parseAnyReference(f)).toEqual({ kind: 'digest', digest: f }))
  it.each([hex.slice(1), 'dbcc1', 'alpine:3', `alpine@${f}`, hex.toUpperCase().replace(/[A-Z]/g, '0').slice(1)])(
    'is a reference otherwise: %s',
    (text) => expect(parseAnyReference(text)).toEqual({ kind: 'reference', reference: parseReference(text) }),
  )
  it('is neither when it is nothing good', () => {
    expect(refusalOf(() => parseAnyReference('A B'))).toMatchObject({ code: 'REFERENCE_UPPERCASE' })
    expect(parseAnyReference('sha256:abc')).toMatchObject({
      kind: 'reference',
      reference: { path: 'library/sha256', tag: 'abc' },
    })
  })
})

describe('changing a reference', () => {
  const bare = parseReference('alpine')

  it('gives a new one, with everything else kept', () => {
    expect(String(withTag(bare, '3'))).toBe('docker.io/library/alpine:3')
    expect(String(withDigest(bare, f))).toBe(`docker.io/library/alpine@${f}`)
    expect(String(withTag(withDigest(bare, f), '3'))).toBe(`docker.io/library/alpine:3@${f}`)
    expect(String(withDigest(withTag(bare, '3'), f))).toBe(`docker.io/library/alpine:3@${f}`)
    expect(String(withDigest(withTag(withDigest(bare, f), '3'), zeros))).toBe(`docker.io/library/alpine:3@${zeros}`)
    expect(String(withoutTagAndDigest(parseReference(`alpine:3@${f}`)))).toBe('docker.io/library/alpine')
    expect(bare).toEqual({ domain: 'docker.io', path: 'library/alpine' })
  })

  it('adds latest only to a bare name', () => {
    expect(withDefaultTag(bare).tag).toBe('latest')
    for (const text of ['alpine:3', `alpine@${f}`, `alpine:3@${f}`])
      expect(withDefaultTag(parseReference(text))).toEqual(parseReference(text))
  })

  it('knows a bare name', () => {
    expect(isNameOnly(bare)).toBe(true)
    for (const text of ['alpine:3', `alpine@${f}`]) expect(isNameOnly(parseReference(text))).toBe(false)
  })

  it.each([
    ['', 0],
    ['a b', 1],
    ['-x', 0],
    ['.x', 0],
    ['a/b', 1],
    ['a:b', 1],
    [`a@${f}`, 1],
    ['ü', 0],
  ])('refuses the tag %j', (tag, offset) => {
    expect(refusalOf(() => withTag(bare, tag))).toMatchObject({ code: 'TAG_INVALID', facts: { offset } })
    expect(isTag(tag)).toBe(false)
  })

  it('refuses a tag of 129 characters, and takes one of 128', () => {
    expect(refusalOf(() => withTag(bare, 't'.repeat(129)))).toMatchObject({
      code: 'TAG_TOO_LONG',
      facts: { offset: 128, expected: 128, actual: 129 },
    })
    expect(isTag('t'.repeat(129))).toBe(false)
    expect(withTag(bare, 't'.repeat(128)).tag).toHaveLength(128)
    expect(isTag('t'.repeat(128))).toBe(true)
  })

  it('refuses a digest that is none, 37 hexadecimal digits among them', () => {
    expect(() => withDigest(bare, `sha256:${'a'.repeat(37)}`)).toThrow(
      expect.objectContaining({ name: 'DigestError', code: 'DIGEST_INVALID_LENGTH' }),
    )
  })
})

describe('the reserved name', () => {
  it.each([
    'scratch',
    'library/scratch',
    'docker.io/scratch',
    'index.docker.io/library/scratch',
    'scratch:latest',
    `scratch@${f}`,
  ])('%s', (text) => expect(isReserved(parseReference(text))).toBe(true))
  it.each(['alpine', 'a/scratch', 'ghcr.io/scratch', 'scratch/scratch', 'localhost/library/scratch'])(
    'not %s',
    (text) => expect(isReserved(parseReference(text))).toBe(false),
  )
})
