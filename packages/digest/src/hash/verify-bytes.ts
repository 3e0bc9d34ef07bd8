import type { Digest } from '../digest.ts'
import { DigestError } from '../digest-error.ts'
import { algorithmOf } from '../parts.ts'
import { digestOf } from './hasher.ts'

/** What bytes must be: a descriptor will do. */
export interface ExpectedBytes {
  readonly digest: Digest
  /** In bytes. Left out, only the digest is checked. */
  readonly size?: number | undefined
}

const hint =
  "the content was damaged or replaced on its way; fetch it again, and ask the registry's operator if it stays like this"

/**
 * Returns when the bytes are the expected ones. Size first, then digest: it is cheaper, and it narrows the room for
 * collisions (OCI image-spec, descriptor.md, "Digests").
 *
 * @throws DigestError `SIZE_MISMATCH`, `DIGEST_MISMATCH`, each with `facts.expected` and `facts.actual`; as `parseDigest` when
 * the expected digest is none
 */
export function verifyBytes(bytes: Uint8Array, expected: ExpectedBytes): void {
  const { digest, size } = expected
  const algorithm = algorithmOf(digest)
  if (size !== undefined && size !== bytes.byteLength) {
    throw new DigestError('SIZE_MISMATCH', `content of ${digest} has ${bytes.byteLength} bytes instead of ${size}`, {
      digest,
      expected: size,
      actual: bytes.byteLength,
      hint,
    })
  }
  const actual = digestOf(bytes, algorithm)
  if (actual !== digest) {
    throw new DigestError('DIGEST_MISMATCH', `content is ${actual} instead of ${digest}`, {
      digest,
      expected: digest,
      actual,
      hint,
    })
  }
}
