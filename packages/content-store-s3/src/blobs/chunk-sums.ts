import { hexOf, type Algorithm, type Digest } from '@lading/digest'
import { createHasher, digestOf } from '@lading/digest/hash'
import type { ListedChunk } from './done-document.ts'

export interface PlacedChunk extends ListedChunk {
  /** Of its first byte in the blob. */
  readonly start: number
}

/** What tells whether chunks are what they are listed as, in the order in which they are read. */
export interface Sums {
  /** Whether these are the bytes of a chunk. */
  accept(chunk: PlacedChunk, bytes: Uint8Array): boolean
  /** These were taken as they are. */
  took(bytes: Uint8Array): void
}

const isRight = ({ size, sha256 }: ListedChunk, bytes: Uint8Array): boolean =>
  bytes.length === size && hexOf(digestOf(bytes)) === sha256

/** Each by itself, wherever reading begins. */
export const chunkSums: Sums = { accept: isRight, took: () => {} }

/**
 * Of a blob that is read from its first byte on: its digest is computed anyway, and tells at the end of each chunk where
 * the list of chunks says what it is there.
 */
export function runningSum(algorithm: Algorithm): Sums & {
  /** Of all that was accepted. */
  digest(): Digest
} {
  let hasher = createHasher(algorithm)
  let at = 0
  return {
    accept(chunk, bytes) {
      const { start, size, upTo } = chunk
      if (bytes.length !== size) return false
      // A copy that was cut otherwise goes on in the middle of a chunk.
      if ((upTo === undefined || start !== at) && !isRight(chunk, bytes)) return false
      const next = hasher.fork()
      next.update(bytes.subarray(at - start))
      if (upTo !== undefined && start === at && hexOf(next.fork().digest()) !== upTo) return false
      hasher = next
      at = start + size
      return true
    },
    took(bytes) {
      hasher.update(bytes)
      at += bytes.length
    },
    digest: () => hasher.fork().digest(),
  }
}
