import { createEngine, hashAll } from '#engine'
import { printable } from '@lading/errors'
import { hexLengths, type Algorithm, type Digest } from '../digest.ts'
import type { Engine } from './engine.ts'
import { DigestError } from '../digest-error.ts'

/** Bytes in, digest out. */
export interface Hasher {
  /** Takes the bytes in before it returns; the chunk may be reused. */
  update(chunk: Uint8Array): void
  /** Ends the hasher; asked again, gives the same answer. `update` throws from then on. */
  digest(): Digest
  /** Another hasher that has taken the same bytes, and goes its own way. Throws after `digest`. */
  fork(): Hasher
}

// Node computes far more than we call a digest, md5 among it.
function assertSupported(algorithm: string): asserts algorithm is Algorithm {
  if (hexLengths.has(algorithm)) return
  throw new DigestError('DIGEST_UNSUPPORTED', `cannot compute a ${printable(algorithm, 40)} digest`, {
    hint: 'use sha256, sha384 or sha512',
  })
}

/**
 * A digest over bytes as they come.
 *
 * @param algorithm default `sha256`
 * @throws DigestError `DIGEST_UNSUPPORTED`
 */
export function createHasher(algorithm: Algorithm = 'sha256'): Hasher {
  assertSupported(algorithm)
  return hasherOn(algorithm, createEngine(algorithm))
}

function hasherOn(algorithm: Algorithm, state: Engine): Hasher {
  let result: Digest | undefined
  return {
    update(chunk) {
      state.update(chunk)
    },
    digest() {
      result ??= `${algorithm}:${state.digest()}`
      return result
    },
    fork: () => hasherOn(algorithm, state.fork()),
  }
}

/**
 * The digest of bytes that are all in memory.
 *
 * @param algorithm default `sha256`
 * @throws DigestError `DIGEST_UNSUPPORTED`
 */
export function digestOf(bytes: Uint8Array, algorithm: Algorithm = 'sha256'): Digest {
  assertSupported(algorithm)
  return `${algorithm}:${hashAll(algorithm, bytes)}`
}
