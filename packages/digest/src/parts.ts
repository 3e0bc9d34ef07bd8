import type { Algorithm, Digest } from './digest.ts'
import { parseDigest } from './parse-digest.ts'

/**
 * The part before the colon.
 *
 * @throws DigestError as `parseDigest`: the type cannot prove the text well-formed, and paths are built from the answer.
 */
export function algorithmOf(digest: Digest): Algorithm {
  return parseDigest(digest).slice(0, digest.indexOf(':')) as Algorithm
}

/**
 * The hexadecimal digits after the colon.
 *
 * @throws DigestError as `parseDigest`: the type cannot prove the text well-formed, and paths are built from the answer.
 */
export function hexOf(digest: Digest): string {
  return parseDigest(digest).slice(digest.indexOf(':') + 1)
}

/**
 * The first 12 hexadecimal digits: what people see of an image ID or a layer. For display only; 12 digits identify nothing.
 *
 * @throws DigestError as `parseDigest`
 */
export function shortId(digest: Digest): string {
  return hexOf(digest).slice(0, 12)
}

/**
 * Joins algorithm and hexadecimal digits.
 *
 * @throws DigestError as `parseDigest`, when the result would be no digest
 */
export function formatDigest(algorithm: Algorithm, hex: string): Digest {
  return parseDigest(`${algorithm}:${hex}`)
}

/**
 * The text whose sha256 is the next chainID: parent and diffID, one space between them (OCI image-spec, config.md, "Layer ChainID").
 *
 * @throws DigestError as `parseDigest`
 */
export function chainIdInput(parent: Digest, diffId: Digest): string {
  return `${parseDigest(parent)} ${parseDigest(diffId)}`
}
