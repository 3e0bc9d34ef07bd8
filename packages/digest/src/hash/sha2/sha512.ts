import type { Compression } from './blocks.ts'
import { cubeFractions, squareFractions } from './constants.ts'

let constants: BigUint64Array | undefined

const mask = 0xffff_ffff_ffff_ffffn
const right = (word: bigint, by: bigint): bigint => ((word >> by) | (word << (64n - by))) & mask

/** FIPS 180-4 6.4. With big integers, which is slow and short: hardly a registry has such digests. */
export const sha512 = (): Compression => compression(0, 8)
/** FIPS 180-4 6.5: another start, and six words of the end. */
export const sha384 = (): Compression => compression(8, 6)

function compression(start: number, words: number): Compression {
  const k = (constants ??= BigUint64Array.from(cubeFractions()))
  const h = BigUint64Array.from(squareFractions().slice(start, start + 8))
  const w = new BigUint64Array(80)
  // The indexes below are all within these arrays.
  const at = (values: BigUint64Array, index: number): bigint => values[index] as bigint

  return {
    blockSize: 128,
    compress(block, offset) {
      for (let t = 0; t < 16; t++) w[t] = block.getBigUint64(offset + t * 8)
      for (let t = 16; t < 80; t++) {
        const [x, y] = [at(w, t - 15), at(w, t - 2)]
        // Storing cuts the sum to 64 bits.
        w[t] =
          at(w, t - 16) +
          (right(x, 1n) ^ right(x, 8n) ^ (x >> 7n)) +
          at(w, t - 7) +
          (right(y, 19n) ^ right(y, 61n) ^ (y >> 6n))
      }
      let [a, b, c, d, e, f, g, i] = h as unknown as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint]
      for (let t = 0; t < 80; t++) {
        const one =
          i + (right(e, 14n) ^ right(e, 18n) ^ right(e, 41n)) + ((e & f) ^ (~e & mask & g)) + at(k, t) + at(w, t)
        const two = (right(a, 28n) ^ right(a, 34n) ^ right(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c))
        i = g
        g = f
        f = e
        e = (d + one) & mask
        d = c
        c = b
        b = a
        a = (one + two) & mask
      }
      for (const [index, word] of [a, b, c, d, e, f, g, i].entries()) h[index] = at(h, index) + word
    },
    state: () => Array.from(h.subarray(0, words), (word) => word.toString(16).padStart(16, '0')).join(''),
  }
}
