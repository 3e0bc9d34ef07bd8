import { printable } from '@lading/errors'
import type { Digest } from './digest.ts'
import { DigestError } from './digest-error.ts'
import { examine } from './examine.ts'

// The longest digest is 135 units; more than that is shown only to recognise the text by.
const shown = 160

/** Whether the text is a digest: `sha256:`, `sha384:` or `sha512:` and exactly as many lower-case hexadecimal digits as it takes. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && examine(text) === undefined
}

/** The text as a digest, or undefined where `parseDigest` would throw. */
export function tryParseDigest(text: string): Digest | undefined {
  return isDigest(text) ? text : undefined
}

/**
 * The text as a digest (OCI image-spec, descriptor.md, "Digests"). Stricter than the spec where paths are built from
 * the result: an algorithm we cannot compute is refused, and so is upper-case hexadecimal.
 *
 * @throws DigestError `DIGEST_INVALID_FORMAT`, `DIGEST_UNSUPPORTED` (well-formed, unknown algorithm), `DIGEST_INVALID_LENGTH`,
 * `DIGEST_BLAKE3_UNSUPPORTED` (a good blake3 digest). `facts.offset` says where, in UTF-16 units.
 */
export function parseDigest(text: string): Digest {
  if (typeof text !== 'string') {
    throw new DigestError(
      'DIGEST_INVALID_FORMAT',
      `invalid digest: ${text === null ? 'null' : typeof text} instead of text`,
      { hint: 'pass the digest as a string' },
    )
  }
  const fault = examine(text)
  if (fault === undefined) return text as Digest
  const { code, message, ...facts } = fault
  const digest = printable(text, shown)
  throw new DigestError(code, `invalid digest "${digest}": ${message}`, { digest, ...facts })
}
