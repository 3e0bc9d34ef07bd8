import { createHasher, type Hasher } from '@lading/digest/hash'
import type { Algorithm, Digest } from '@lading/digest'

/** The digest of a blob that comes from a source which may send some of it again. */
export interface HashedBytes {
  /** How far the blob was hashed. */
  readonly length: number
  /** Bytes from `at` on. What was hashed before is not hashed again; nothing may be left out. */
  add(at: number, bytes: Uint8Array): void
  /** Of all of it. Ends it. */
  digest(): Digest
}

/** Bytes that are known to be right, and are only counted. */
export function countedBytes(digest: Digest): HashedBytes {
  let length = 0
  return {
    get length() {
      return length
    },
    add: (at, bytes) => void (length = Math.max(length, at + bytes.byteLength)),
    digest: () => digest,
  }
}

export function createHashedBytes(algorithm: Algorithm | undefined): HashedBytes {
  const hasher: Hasher = createHasher(algorithm)
  let length = 0
  return {
    get length() {
      return length
    },
    add(at, bytes) {
      const end = at + bytes.byteLength
      if (end <= length) return
      hasher.update(at < length ? bytes.subarray(length - at) : bytes)
      length = end
    },
    digest: () => hasher.digest(),
  }
}
