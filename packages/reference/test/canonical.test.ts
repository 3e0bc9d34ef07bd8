import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cursorOn } from '../src/cursor.ts'
import { isLayoutRefName } from '../src/layout-ref-name.ts'
import { scanCanonical } from '../src/scan-canonical.ts'
import { scanReference } from '../src/scan-reference.ts'
import { f } from './support/digests.ts'

const some = (...from: string[]): fc.Arbitrary<string> => fc.constantFrom(...from)
const written = fc
  .tuple(
    some(
      'docker.io',
      'index.docker.io',
      'localhost',
      'localhost:5000',
      'host:1',
      'a.b',
      'A.b',
      'x-1.y',
      'a..b',
      'host',
      '',
    ),
    some('/', '/', '/', '//', ''),
    some('library/', 'team/', 'a__b/', 'a.b-c/', ''),
    some('app', 'a--b', 'a___b', 'App', `${'long/'.repeat(51)}x`, 'a'.repeat(64)),
    some('', ':1', ':_-.', `:${'t'.repeat(128)}`, `:${'t'.repeat(129)}`, ':-', ':'),
    some('', `@${f}`, '@sha256:0', '@'),
  )
  .map((parts) => parts.join(''))

describe('a reference that is written in full', () => {
  it('has by its form the parts that the scanner finds, or the scanner is asked', () => {
    let known = 0
    fc.assert(
      fc.property(written, (text) => {
        const parts = scanCanonical(text)
        if (parts === undefined) return
        known += 1
        expect(parts).toEqual(scanReference(cursorOn(text)))
      }),
      { numRuns: 2000 },
    )
    expect(known).toBeGreaterThan(10)
  })

  it.each([
    'docker.io/library/alpine:3.20',
    `ghcr.io/acme/app@${f}`,
    'localhost:5000/a/b__c/d--e:_1',
    `host:1/a:1@${f}`,
  ])('is known by its form: %s', (text) => expect(scanCanonical(text)).toEqual(scanReference(cursorOn(text))))
})

it('is a name for an image layout or none, whichever way it is read', () => {
  // A name of more than 700 characters is read by the scanner: the same name, longer, tells what it thinks of it.
  fc.assert(
    fc.property(
      fc.string({ unit: some('a', 'Z', '0', '-', '--', '.', '_', ':', '@', '+', '/', '!'), maxLength: 8 }),
      (text) => {
        expect(isLayoutRefName(text + 'a')).toBe(isLayoutRefName(`${text}${'a'.repeat(701)}`))
        expect(isLayoutRefName('a' + text)).toBe(isLayoutRefName(`${'a'.repeat(701)}${text}`))
      },
    ),
    { numRuns: 1000 },
  )
})
