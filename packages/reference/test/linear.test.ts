import { describe, expect, it } from 'vitest'
import { cursorOn } from '../src/cursor.ts'
import { ImageReferenceError } from '../src/index.ts'
import { scanReference } from '../src/scan-reference.ts'
import { atScale } from '../../../test/support/scale.ts'
import { f } from './support/digests.ts'

/** Looks at characters until the text is accepted or refused. */
function stepsFor(text: string): number {
  const cursor = cursorOn(text)
  try {
    scanReference(cursor)
  } catch (error) {
    if (!(error instanceof ImageReferenceError)) throw error
  }
  return cursor.steps
}

// Steps are counted, not timed: a tenth says the same in a tenth of the time.
const long = atScale(100_000, 1_000_000)

// What is quadratic or worse in a backtracking matcher: long runs that nearly match, and end badly.
const worst: [string, (length: number) => string][] = [
  ['one letter', (length) => 'a'.repeat(length)],
  ['dashes', (length) => `a${'-'.repeat(length)}`],
  ['dashes that end well', (length) => `a${'-'.repeat(length)}a`],
  ['separated letters', (length) => 'a-'.repeat(length / 2)],
  ['underscores', (length) => 'a__'.repeat(length / 3)],
  ['components', (length) => 'a/'.repeat(length / 2)],
  ['components with a bad end', (length) => `${'a/'.repeat(length / 2)}!`],
  ['labels', (length) => `${'a.'.repeat(length / 2)}/a`],
  ['a good host', (length) => `${'a.'.repeat(length / 2)}com/a`],
  ['a host of dashes', (length) => `a.${'a-'.repeat(length / 2)}/a`],
  ['a port', (length) => `a:${'1'.repeat(length)}/a`],
  ['an address', (length) => `[${'a:'.repeat(length / 2)}`],
  ['an address before a slash', (length) => `[${'a:'.repeat(length / 2)}/a`],
  ['colons', (length) => ':'.repeat(length)],
  ['at signs', (length) => '@'.repeat(length)],
  ['slashes', (length) => '/'.repeat(length)],
  ['a tag', (length) => `a:${'b'.repeat(length)}`],
  ['a tag with a bad end', (length) => `a:${'b'.repeat(length)}!`],
  ['a digest', (length) => `a@sha256:${'b'.repeat(length)}`],
  ['a digest and more', (length) => `a@${f}${'@b'.repeat(length / 2)}`],
  ['hexadecimal', (length) => 'f'.repeat(length)],
  ['upper case', (length) => `a/${'A'.repeat(length)}`],
]

describe('the work for a long text', () => {
  it.each(worst)('of %s is a few looks at each character, and at most twice that of half of it', (_, make) => {
    const whole = stepsFor(make(long))
    expect(whole).toBeLessThan(4 * long)
    expect(whole).toBeLessThanOrEqual(2 * stepsFor(make(long / 2)) + 16)
  })

  it('is counted at all', () => expect(stepsFor('a'.repeat(long))).toBeGreaterThanOrEqual(long))
})
