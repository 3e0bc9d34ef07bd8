import { describe, expect, it } from 'vitest'
import { familiarString, parseReference, tryParse, tryParseReference } from '../src/index.ts'
import { f, wide } from './support/digests.ts'

// Docker 1.11 had a grammar of its own; distribution/reference, which came after it, is the one here.
describe('where docker 1.11 said otherwise', () => {
  it.each([
    ['an address in brackets is a host', '[2001:db8::1]:5000/repo:tag', '[2001:db8::1]:5000/repo:tag'],
    ['upper case before the slash makes a host', 'Docker/docker', 'Docker/docker'],
    ['a host of upper case alone', 'LOCALDOMAIN/debian', 'LOCALDOMAIN/debian'],
    [
      '64 hexadecimal digits behind docker.io are a name',
      `docker.io/${'a'.repeat(64)}`,
      `docker.io/library/${'a'.repeat(64)}`,
    ],
    ['library/ stays before two components', 'library/foo/bar', 'docker.io/library/foo/bar'],
    ['a tag beside a digest is kept', `alpine:3@${f}`, `docker.io/library/alpine:3@${f}`],
    [
      'the host is not counted to the 255 characters',
      `example.com/${'a'.repeat(255)}`,
      `example.com/${'a'.repeat(255)}`,
    ],
    ['sha512 is a digest like any other', `a@${wide}`, `docker.io/library/a@${wide}`],
  ])('%s', (_what, text, full) => expect(String(parseReference(text))).toBe(full))

  it.each([
    ['upper-case hexadecimal in a digest', `alpine@sha256:${'F'.repeat(64)}`],
    ['a bare name of 64 hexadecimal digits', 'f'.repeat(64)],
  ])('refused: %s', (_what, text) => expect(tryParse(text)).toBeUndefined())

  it('library/ is left out for people before a single component only', () => {
    expect(familiarString(parseReference('library/foo/bar:1'))).toBe('library/foo/bar:1')
    expect(familiarString(parseReference('library/foo:1'))).toBe('foo:1')
  })
})

it('tryParse is tryParseReference by its shorter name', () => expect(tryParse).toBe(tryParseReference))
