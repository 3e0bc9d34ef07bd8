import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matches, parseReference, type Reference } from '../src/index.ts'
import { f } from './support/digests.ts'
import { refusalOf } from './support/refusal.ts'

/** What stars and question marks mean, as a regular expression. */
const meaning = (pattern: string): RegExp => new RegExp(`^${pattern.replace(/\*+/g, '[^/]*').replaceAll('?', '[^/]')}$`)

describe('a pattern', () => {
  it.each([
    ['alpine', 'alpine'],
    ['alpine:3.20', 'alpine'],
    ['alpine:3.20', 'alpine:3.20'],
    ['alpine:3.20', 'alpine:3*'],
    ['alpine:3.20', 'alpine:3.?0'],
    ['alpine:3.20', 'alp*'],
    ['alpine:3.20', '*pine'],
    ['alpine:3.20', '*'],
    ['alpine:3.20', '*:*'],
    ['alpine:3.20', '*:3.[0-9]0'],
    ['alpine:3.20', '*:3.[^3]0'],
    ['alpine:3.20', 'a**e'],
    ['alpine:3.20', 'a*p*n*:*2*'],
    ['alpine:3.20', String.raw`al\pine`],
    ['alpine:3.20', String.raw`al[\p]ine`],
    ['alpine:3.20', '[b-za]lpine'],
    ['docker.io/library/alpine:3.20', 'alpine:*'],
    ['acme/app:1', 'acme/*'],
    ['acme/app:1', '*/*'],
    ['acme/app:1', '*/app'],
    ['acme/app:1', 'acme[^x]app'],
    ['ghcr.io/acme/app', 'ghcr.io/*/app'],
    [`alpine:3.20@${f}`, 'alpine'],
    [`alpine@${f}`, 'alpine@sha256*'],
    ['foo/foo/bar', '*/*/bar'],
    ['aab', '*ab'],
    ['aaab', 'a*ab'],
  ])('of %s may be %s', (text, pattern) => expect(matches(parseReference(text), pattern)).toBe(true))

  it.each([
    ['alpine:3.20', 'alpin'],
    ['alpine:3.20', 'lpine'],
    ['alpine:3.20', 'alpine:3'],
    ['alpine:3.20', 'docker.io/library/alpine'],
    ['alpine:3.20', 'Alpine'],
    ['alpine:3.20', '[^a]lpine'],
    ['alpine:3.20', '[z-a]lpine'],
    ['alpine:3.20', String.raw`alp\*`],
    ['alpine:3.20', ''],
    ['acme/app:1', '*'],
    ['acme/app:1', '**'],
    ['acme/app:1', 'acme?app'],
    ['acme/app:1', 'a*p'],
    ['ghcr.io/acme/app', 'ghcr.io/*'],
    ['alpine', 'alpine?'],
    ['alpine', 'alpine:*'],
    ['ab', 'a*abb'],
  ])('of %s is not %j', (text, pattern) => expect(matches(parseReference(text), pattern)).toBe(false))

  it.each([
    ['[', 1],
    ['[]', 1],
    ['[]a]', 1],
    ['[^]', 2],
    ['[^]a]', 2],
    ['[a', 2],
    ['[a-', 3],
    ['[a-]', 3],
    ['[-a]', 1],
    ['[a-b-c]', 4],
    ['a\\', 2],
    ['[\\', 2],
    ['nothing like it[', 16],
  ])('%s is none', (pattern, offset) => {
    expect(refusalOf(() => matches(parseReference('alpine'), pattern))).toMatchObject({
      code: 'PATTERN_INVALID',
      facts: { offset },
      hint: expect.stringContaining('[a-z]'),
    })
  })

  it('without special characters is equality with the familiar text', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join('/'))
    fc.assert(
      fc.property(path, path, fc.constantFrom('', ':a', ':b'), (left, right, tag) => {
        expect(matches(parseReference(left + tag), right)).toBe(left === right)
        expect(matches(parseReference(left + tag), left + tag)).toBe(true)
      }),
    )
  })

  it('of stars and question marks agrees with the regular expression it stands for', () => {
    const piece = fc.constantFrom('a', 'b', '/', '*', '?', ':')
    const path = fc
      .array(
        fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 4 }).map((letters) => letters.join('')),
        { minLength: 1, maxLength: 3 },
      )
      .map((parts) => parts.join('/'))
    fc.assert(
      fc.property(path, fc.array(piece, { maxLength: 8 }), (name, pieces) => {
        const reference: Reference = parseReference(`${name}:a`)
        const pattern = pieces.join('')
        const model = meaning(pattern)
        expect(matches(reference, pattern)).toBe(model.test(`${name}:a`) || model.test(name))
      }),
    )
  })

  it('of a thousand stars ends', () => {
    const reference = parseReference(`${'a'.repeat(200)}:b`)
    expect(matches(reference, `${'*a'.repeat(1000)}c`)).toBe(false)
    expect(matches(reference, '*a'.repeat(200))).toBe(true)
  })
})
