import { createHash } from 'node:crypto'
import type { Algorithm, Digest } from '@lading/digest'

/** The digest of bytes that are all here. */
export const digestOf = (bytes: Uint8Array, algorithm: Algorithm = 'sha256'): Digest =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
