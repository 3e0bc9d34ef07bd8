import type { Compression } from './blocks.ts'
import { cubeFractions, squareFractions } from './constants.ts'

let constants: Int32Array | undefined

const upper = (value: bigint): number => Number(value >> 32n) | 0
const right = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

/** FIPS 180-4 6.2. */
export function sha256(): Compression {
  const k = (constants ??= Int32Array.from(cubeFractions().slice(0, 64), upper))
  const h = Int32Array.from(squareFractions().slice(0, 8), upper)
  const w = new Int32Array(64)
  // The indexes below are all within these arrays.
  const at = (words: Int32Array, index: number): number => words[index] as number

  return {
    blockSize: 64,
    compress(block, offset) {
      for (let t = 0; t < 16; t++) w[t] = block.getInt32(offset + t * 4)
      for (let t = 16; t < 64; t++) {
        const [x, y] = [at(w, t - 15), at(w, t - 2)]
        w[t] =
          (at(w, t - 16) +
            (right(x, 7) ^ right(x, 18) ^ (x >>> 3)) +
            at(w, t - 7) +
            (right(y, 17) ^ right(y, 19) ^ (y >>> 10))) |
          0
      }
      let [a, b, c, d, e, f, g, i] = h as unknown as [number, number, number, number, number, number, number, number]
      for (let t = 0; t < 64; t++) {
        const one = (i + (right(e, 6) ^ right(e, 11) ^ right(e, 25)) + ((e & f) ^ (~e & g)) + at(k, t) + at(w, t)) | 0
        const two = ((right(a, 2) ^ right(a, 13) ^ right(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
        i = g
        g = f
        f = e
        e = (d + one) | 0
        d = c
        c = b
        b = a
        a = (one + two) | 0
      }
      for (const [index, word] of [a, b, c, d, e, f, g, i].entries()) h[index] = (at(h, index) + word) | 0
    },
    state: () => Array.from(h, (word) => (word >>> 0).toString(16).padStart(8, '0')).join(''),
  }
}
