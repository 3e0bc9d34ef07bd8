import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseHttpDate } from '../src/headers/http-date.ts'
import { retryAfterOf } from '../src/headers/retry-after.ts'
import { parseContentRange } from '../src/headers/content-range.ts'
import { nextLink } from '../src/headers/next-link.ts'

const wallClock = Date.UTC(2026, 10, 24, 8, 0, 0)

describe('an HTTP date', () => {
  it('is read in its three forms', () => {
    for (const text of ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])
      expect([text, parseHttpDate(text, wallClock)]).toEqual([text, 784_111_777_000])
  })

  it('has a two-digit year at most 50 years ahead', () => {
    expect(parseHttpDate('Monday, 01-Jan-76 00:00:00 GMT', wallClock)).toBe(Date.UTC(2076, 0, 1))
    expect(parseHttpDate('Monday, 01-Jan-77 00:00:00 GMT', wallClock)).toBe(Date.UTC(1977, 0, 1))
  })

  it.each([
    '',
    'now',
    '1994-11-06T08:49:37Z',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 31 Feb 2026 00:00:00 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 00 Nov 1994 08:00:00 GMT',
    'Sun, 06 Xyz 1994 08:00:00 GMT',
  ])('is not %j', (text) => {
    expect(parseHttpDate(text, wallClock)).toBeUndefined()
  })

  it('is read back as Node writes it', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1970-01-01T00:00:00Z'), max: new Date('9999-01-01T00:00:00Z'), noInvalidDate: true }),
        (date) => {
          expect(parseHttpDate(date.toUTCString())).toBe(Math.floor(date.getTime() / 1000) * 1000)
        },
      ),
    )
  })
})

describe('Retry-After', () => {
  it.each<[string, Record<string, string>, number | undefined]>([
    ['absent', {}, undefined],
    ['seconds', { 'retry-after': '7' }, 7000],
    ['zero', { 'retry-after': '0' }, 0],
    ['a year', { 'retry-after': '31536000' }, 2 ** 31 - 1],
    ['more digits than a number has', { 'retry-after': '9'.repeat(400) }, 2 ** 31 - 1],
    ['negative', { 'retry-after': '-5' }, undefined],
    ['a fraction', { 'retry-after': '1.5' }, undefined],
    ['rubbish', { 'retry-after': 'soon' }, undefined],
    ['a date by our clock', { 'retry-after': 'Tue, 24 Nov 2026 08:00:09 GMT' }, 9000],
    [
      "a date by the server's clock, which is a day ahead",
      { date: 'Wed, 25 Nov 2026 08:00:00 GMT', 'retry-after': 'Wed, 25 Nov 2026 08:00:03 GMT' },
      3000,
    ],
    [
      "a date by the server's clock, RFC 850",
      { date: 'Tuesday, 24-Nov-26 07:00:00 GMT', 'retry-after': 'Tuesday, 24-Nov-26 07:00:04 GMT' },
      4000,
    ],
    [
      "a date by the server's clock, asctime",
      { date: 'Tue Nov 24 07:00:00 2026', 'retry-after': 'Tue Nov 24 07:00:05 2026' },
      5000,
    ],
    ['a past date', { 'retry-after': 'Mon, 23 Nov 2026 08:00:00 GMT' }, 0],
    ['a date beside a broken Date', { date: 'x', 'retry-after': 'Tue, 24 Nov 2026 08:00:02 GMT' }, 2000],
  ])('%s', (_what, headers, expected) => {
    expect(retryAfterOf(new Headers(headers), wallClock)).toBe(expected)
  })
})

describe('Content-Range', () => {
  it.each<[string | null, unknown]>([
    ['bytes 5-9/10', { first: 5, last: 9, total: 10 }],
    ['bytes 5-9/*', { first: 5, last: 9, total: undefined }],
    ['Bytes 0-0/1', { first: 0, last: 0, total: 1 }],
    [null, undefined],
    ['bytes */10', undefined],
    ['bytes 9-5/10', undefined],
    ['bytes 5-10/10', undefined],
    ['bytes 5-/10', undefined],
    ['bytes=5-9/10', undefined],
    ['5-9/10', undefined],
    ['bytes 5-9', undefined],
    ['bytes -5-9/10', undefined],
    ['bytes 9007199254740993-9007199254740994/*', undefined],
  ])('%j', (text, expected) => {
    expect(parseContentRange(text)).toEqual(expected)
  })

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (first, length, rest) => {
        const range = { first, last: first + length, total: first + length + rest + 1 }
        expect(parseContentRange(`bytes ${range.first}-${range.last}/${range.total}`)).toEqual(range)
      }),
    )
  })
})

describe('Link', () => {
  it.each<[string | null, string | undefined | null]>([
    [null, undefined],
    ['</v2/a/tags/list?last=x>; rel="next"', '/v2/a/tags/list?last=x'],
    ['</p>; rel=next', '/p'],
    ['</p>; REL="Next"', '/p'],
    ['</p>; rel="prev next"', '/p'],
    ['</a>; rel="prev", </b>; rel="next"', '/b'],
    ['</a,b>; title="x, rel=next"; rel="prev", </c>; rel="next"', '/c'],
    ['</a>; rel="nextish"', undefined],
    ['</a>', '/a'],
    ['/a; rel=next', '/a'],
    ['"/a"; rel=next', '/a'],
    ['/a; rel=prev', undefined],
    ['</a>; rel="first", </b>; rel="last"', undefined],
    ['<a', null],
    ['a b', null],
    ['', undefined],
  ])('%j', (text, expected) => {
    expect(nextLink(text)).toBe(expected)
  })

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '>', '"', '\\', ';', ',', '=', 'rel', 'next', ' ') }),
        (text) => {
          expect([null, undefined, String(nextLink(text))]).toContain(nextLink(text))
        },
      ),
    )
  })
})
