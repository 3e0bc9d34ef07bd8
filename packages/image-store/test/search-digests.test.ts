import type { Digest } from '@lading/digest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchDigests } from '../src/index.ts'

const sha = (start: string): Digest => `sha256:${start.padEnd(64, '0')}`
const known = ['1234511', '1234111', '1234611', '5432111', '6543', '6432', '6542', '6532'].map(sha)

describe('searching digests by their start', () => {
  it.each([
    ['54', sha('5432111')],
    ['sha256:12345', sha('1234511')],
    ['12345', sha('1234511')],
    ['12346', sha('1234611')],
    [sha('6543'), sha('6543')],
    [sha('6543').slice('sha256:'.length), sha('6543')],
  ])('%s is found', (term, digest) => expect(searchDigests(known, term)).toEqual({ outcome: 'found', digest }))

  it.each([
    '9876',
    '3451',
    'sha256:',
    'sha512:12345',
    '',
    'SHA256:1',
    'sha256:12345x',
    '1234 5',
    '654A',
    'constructor',
  ])('%j is not', (term) => {
    expect(searchDigests(known, term)).toEqual({ outcome: 'unknown' })
  })

  it.each(['1234', 'sha256:1234', '65'])('%s is ambiguous', (term) => {
    const digests = known.filter((digest) => digest.slice(7).startsWith(term.replace('sha256:', ''))).toSorted()
    expect(searchDigests(known, term)).toEqual({ outcome: 'ambiguous', digests })
  })

  it('finds nothing in nothing', () => expect(searchDigests([], '12')).toEqual({ outcome: 'unknown' }))

  it('lets the algorithm decide between equal digits, and a whole digest over what it starts', () => {
    const short = sha('ab')
    const long: Digest = `sha512:${short.slice(7).padEnd(128, '0')}`
    expect(searchDigests([long, short], 'sha512:ab')).toEqual({ outcome: 'found', digest: long })
    expect(searchDigests([long, short], short)).toEqual({ outcome: 'found', digest: short })
    expect(searchDigests([long, short], 'ab')).toEqual({ outcome: 'ambiguous', digests: [short, long] })
  })

  it('agrees with looking at all of them', () => {
    const digest = fc.stringMatching(/^[0-3]{64}$/).map((hex): Digest => `sha256:${hex}`)
    fc.assert(
      fc.property(fc.uniqueArray(digest), fc.stringMatching(/^(sha256:)?[0-3]{1,3}$/), (digests, term) => {
        const hex = term.replace('sha256:', '')
        const expected = digests.filter((candidate) => candidate.slice(7).startsWith(hex)).toSorted()
        const result = searchDigests(digests, term)
        expect(result).toEqual(
          expected.length === 0
            ? { outcome: 'unknown' }
            : expected.length === 1
              ? { outcome: 'found', digest: expected[0] }
              : { outcome: 'ambiguous', digests: expected },
        )
      }),
    )
  })
})
