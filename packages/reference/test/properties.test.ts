import type { Digest } from '@lading/digest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  familiarName,
  familiarString,
  isTag,
  nameOf,
  parseReference,
  tryParseReference,
  withDefaultTag,
  withTag,
  type Reference,
} from '../src/index.ts'
import { f, wide, zeros } from './support/digests.ts'
import { refusalOf } from './support/refusal.ts'

// Each of these held in one million runs (LADING_TEST_RUNS=1000000 LADING_TEST_SEED=20261124, Node 26.10).
const text = (characters: string, size: { minLength?: number; maxLength: number }): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from(characters)), ...size })
const anyUnits = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units))
const component = fc
  .tuple(
    text('az09', { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '.', '_', '__', '-', '---'),
    text('az09', { minLength: 1, maxLength: 4 }),
  )
  .map((parts) => parts.join(''))
const host = fc.oneof(
  fc.constantFrom('', 'docker.io/', 'index.docker.io/', 'localhost/', 'ghcr.io/', 'library/'),
  fc
    .tuple(
      fc.constantFrom('localhost', 'a.b', 'Host', 'x-1.example.COM', '[::1]', '127.0.0.1', 'host'),
      fc.constantFrom('', ':5000'),
    )
    .map(([name, port]) => `${name}${port}/`),
)
const path = fc
  .array(fc.oneof(component, fc.constantFrom('library', 'localhost', 'docker.io', 'example.com', 'a'.repeat(64))), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join('/'))
const tag = fc
  .tuple(text('aZ0_', { minLength: 1, maxLength: 1 }), text('aZ0_.-', { maxLength: 10 }))
  .map(([first, rest]) => first + rest)
const digest = fc.constantFrom<Digest>(f, wide, zeros)
const version = fc
  .tuple(fc.option(tag, { nil: undefined }), fc.option(digest, { nil: undefined }))
  .map(([name, hash]) => (name === undefined ? '' : `:${name}`) + (hash === undefined ? '' : `@${hash}`))
const written = fc.tuple(host, path, version).map((parts) => parts.join(''))
const reference = written
  .map((line) => tryParseReference(line))
  .filter((value): value is Reference => value !== undefined)
const nearly = fc
  .tuple(written, fc.nat(), fc.oneof(text('aA/:@.-_[] ', { maxLength: 2 }), anyUnits))
  .map(([line, place, put]) => line.slice(0, place % line.length) + put + line.slice((place % line.length) + 1))

/** The grammar as one expression of its own, for short texts only; what is split off before it is as distribution/reference does. */
const label = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const part = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const grammar = new RegExp(
  `^(?<domain>(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?)/(?<path>${part}(?:/${part})*)(?::(?<tag>\\w[\\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}))?$`,
)
function modelOf(line: string): Partial<Reference> | undefined {
  if (/^[0-9a-f]{64}$/.test(line)) return undefined
  const at = line.indexOf('/')
  const first = line.slice(0, at)
  const hasHost = at >= 0 && (first === 'localhost' || /[.:A-Z]/.test(first))
  const domain = hasHost && first !== 'index.docker.io' ? first : 'docker.io'
  const rest = hasHost ? line.slice(at + 1) : line
  const official = domain === 'docker.io' && !rest.includes('/') ? 'library/' : ''
  const groups = grammar.exec(`${domain}/${official}${rest}`)?.groups
  if (groups === undefined || (groups['path'] ?? '').length > 255) return undefined
  return groups
}

describe('parsing', () => {
  it('agrees with the grammar', () => {
    fc.assert(
      fc.property(fc.oneof(written, nearly, text('aA0./:@-_[', { maxLength: 12 })), (line) => {
        const parsed = tryParseReference(line)
        // Groups have no prototype, and a reference has no absent members.
        expect(parsed === undefined ? undefined : { ...parsed }).toEqual(modelOf(line))
      }),
    )
  })

  it('throws nothing but its own error, which points into the text and says what to do', () => {
    fc.assert(
      fc.property(fc.oneof(anyUnits, nearly), (line) => {
        if (tryParseReference(line) !== undefined) return
        const { facts, hint } = refusalOf(() => parseReference(line))
        expect(facts.offset).toBeGreaterThanOrEqual(0)
        expect(facts.offset).toBeLessThanOrEqual(line.length)
        expect(hint).toBeTruthy()
      }),
    )
  })

  it('points at the first unit that cannot stand: what is before it begins some reference', () => {
    const completions = ['', 'a', '/a', 'a/a', ':1/a', '1/a', ']/a', '::1]/a', 'a:1/a', '.a/a']
    fc.assert(
      fc.property(nearly, (line) => {
        if (tryParseReference(line) !== undefined) return
        const { code, facts } = refusalOf(() => parseReference(line))
        if (code.startsWith('DIGEST_') || code === 'REFERENCE_HEX_NAME' || code === 'REFERENCE_TOO_LONG') return
        const before = line.slice(0, facts.offset)
        expect(completions.some((completion) => tryParseReference(before + completion) !== undefined)).toBe(true)
      }),
    )
  })
})

describe('a parsed reference', () => {
  it('is itself again from its full text', () => {
    fc.assert(
      fc.property(reference, (value) => {
        expect(parseReference(String(value))).toEqual(value)
        expect(String(parseReference(String(value)))).toBe(String(value))
        expect(parseReference(value)).toEqual(value)
      }),
    )
  })

  it('is itself again from its familiar string', () => {
    fc.assert(
      fc.property(reference, (value) => {
        expect(parseReference(familiarString(value))).toEqual(value)
        expect(nameOf(parseReference(familiarName(value)))).toBe(nameOf(value))
        expect(familiarString(value).length).toBeLessThanOrEqual(String(value).length)
      }),
    )
  })

  it('takes any tag, and keeps the rest', () => {
    fc.assert(
      fc.property(reference, tag, (value, name) => {
        expect(isTag(name)).toBe(true)
        expect(withTag(value, name)).toEqual({ ...value, tag: name })
        expect(parseReference(String(withTag(value, name)))).toEqual(withTag(value, name))
        expect(withDefaultTag(withDefaultTag(value))).toEqual(withDefaultTag(value))
      }),
    )
  })
})
