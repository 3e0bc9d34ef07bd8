import { blockSize } from './blocks.ts'
import { sumOf, sumOfWords } from './checksum.ts'

const none: Uint8Array = new Uint8Array(0)

/** The same bytes as whole words; undefined if they are not aligned. */
const wordsOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint32Array | undefined =>
  byteOffset % 4 === 0 ? new Uint32Array(buffer, byteOffset, byteLength >> 2) : undefined

/** The incoming archive, in chunks of any size; at most one block of it is held. */
export interface Input {
  /** The previous chunk must have been used up. */
  feed(chunk: Uint8Array): void
  /** Whether a whole block was there; then `bytes` has it at `start`, until the next call. */
  block(): boolean
  readonly bytes: Uint8Array
  readonly start: number
  /** Of the bytes of that block. */
  sum(): number
  /** At most this many bytes, as a view of the chunk; of length 0 when it is used up. */
  take(most: number): Uint8Array
  /** Skips at most this many bytes; returns how many were skipped. */
  skip(most: number): number
  /** This many bytes will not be fed, because they are skipped. The chunk must have been used up, and no part of a block may be held. */
  leap(count: number): void
  /** In the archive, in bytes: how far it has been read, whole blocks only. */
  readonly offset: number
  /** The same including the held part of a block. */
  readonly end: number
}

export function createInput(): Input {
  const carry = new Uint8Array(blockSize)
  const carryWords = wordsOf(carry)
  let carried = 0
  let chunk = none
  let chunkWords: Uint32Array | undefined
  let chunkOffset = 0
  let at = 0
  let bytes = none
  let start = 0

  function carryOver(): boolean {
    const length = Math.min(blockSize - carried, chunk.length - at)
    if (length > 0) carry.set(chunk.subarray(at, at + length), carried)
    carried += length
    at += length
    if (carried < blockSize) return false
    carried = 0
    bytes = carry
    start = 0
    return true
  }

  function use(next: Uint8Array): void {
    chunkOffset += chunk.length
    chunk = next
    chunkWords = undefined
    at = 0
  }

  return {
    feed: use,
    block() {
      if (carried > 0 || chunk.length - at < blockSize) return carryOver()
      bytes = chunk
      start = at
      at += blockSize
      return true
    },
    sum() {
      const words = bytes === carry ? carryWords : (chunkWords ??= wordsOf(chunk))
      return words === undefined || start % 4 !== 0 ? sumOf(bytes, start) : sumOfWords(words, start >> 2)
    },
    take(most) {
      const end = Math.min(chunk.length, at + most)
      const taken = at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end)
      at = end
      // The receiver of its last bytes may free the chunk at once: it must not be used any more, not even its length.
      if (end === chunk.length) use(none)
      return taken
    },
    skip(most) {
      const length = Math.min(most, chunk.length - at)
      at += length
      return length
    },
    leap(count) {
      chunkOffset += count
    },
    get bytes() {
      return bytes
    },
    get start() {
      return start
    },
    get offset() {
      return chunkOffset + at - carried
    },
    get end() {
      return chunkOffset + at
    },
  }
}
