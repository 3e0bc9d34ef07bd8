import { digestOf } from '@lading/digest/hash'
import { hexOf } from '@lading/digest'
import { describe, expect, it } from 'vitest'
import { runningSum, type PlacedChunk } from '../src/blobs/chunk-sums.ts'

const bytes = Uint8Array.from({ length: 100 }, (_, index) => index * 7)
const at = (start: number, size: number, { known = true } = {}): PlacedChunk => ({
  key: '',
  start,
  size,
  sha256: hexOf(digestOf(bytes.subarray(start, start + size))),
  upTo: known ? hexOf(digestOf(bytes.subarray(0, start + size), 'sha512')) : undefined,
})
const of = ({ start, size }: PlacedChunk): Uint8Array => bytes.subarray(start, start + size)

describe('the running sum', () => {
  it('accepts what is right in its order, by the sum at its end or, where nobody knows it, by its own', () => {
    const sums = runningSum('sha512')
    for (const chunk of [at(0, 30), at(30, 20, { known: false }), at(50, 50)])
      expect(sums.accept(chunk, of(chunk))).toBe(true)
    expect(sums.digest()).toBe(digestOf(bytes, 'sha512'))
  })

  it('refuses what is wrong, and goes on with what is right instead', () => {
    for (const known of [true, false]) {
      const sums = runningSum('sha512')
      const first = at(0, 60, { known })
      const wrong = of(first).slice()
      wrong[59] = 0
      expect(sums.accept(first, wrong)).toBe(false)
      expect(sums.accept(first, of(first).subarray(1))).toBe(false)
      expect(sums.accept(first, of(first))).toBe(true)
      const last = at(60, 40, { known })
      expect(sums.accept(last, of(last))).toBe(true)
      expect(sums.digest()).toBe(digestOf(bytes, 'sha512'))
    }
  })

  it('goes on in the middle of a chunk of another copy, and takes what comes as it is', () => {
    const sums = runningSum('sha512')
    sums.took(bytes.subarray(0, 40))
    const across = at(30, 30)
    expect(sums.accept({ ...across, sha256: 'f'.repeat(64) }, of(across))).toBe(false)
    expect(sums.accept(across, of(across))).toBe(true)
    sums.took(bytes.subarray(60))
    expect(sums.digest()).toBe(digestOf(bytes, 'sha512'))
  })
})
