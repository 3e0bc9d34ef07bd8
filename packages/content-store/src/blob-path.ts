import { join } from 'node:path'
import { printable } from '@lading/errors'
import type { Algorithm, Digest } from '@lading/digest'
import { ContentError } from './content-error.ts'

const hexLengths: Readonly<Record<Algorithm, number>> = { sha256: 64, sha384: 96, sha512: 128 }
export const algorithms: readonly Algorithm[] = ['sha256', 'sha384', 'sha512']

/** OCI image-spec, descriptor, "Digests": a registered algorithm and exactly its lower-case hex. */
export function isDigest(text: string): text is Digest {
  return splitDigest(text) !== undefined
}

function splitDigest(text: string): { readonly algorithm: Algorithm; readonly hex: string } | undefined {
  const match = /^(sha256|sha384|sha512):([0-9a-f]+)$/.exec(text)
  if (match === null) return undefined
  const algorithm = match[1] as Algorithm
  const hex = match[2] as string
  return hex.length === hexLengths[algorithm] ? { algorithm, hex } : undefined
}

/** The two parts, each safe as a file name. @throws `DIGEST_INVALID` */
export function partsOf(digest: Digest): { readonly algorithm: Algorithm; readonly hex: string } {
  const parts = typeof digest === 'string' ? splitDigest(digest) : undefined
  if (parts !== undefined) return parts
  throw new ContentError('DIGEST_INVALID', `not a digest: ${printable(String(digest), 200)}`, {
    digest: printable(String(digest), 200),
    hint: 'a digest is sha256: and 64 lower-case hexadecimal digits (or sha384: and 96, sha512: and 128)',
  })
}

/** `<root>/blobs/<alg>/<hex>`: OCI image-layout, "Blobs". @throws `DIGEST_INVALID` */
export function blobPath(root: string, digest: Digest): string {
  const { algorithm, hex } = partsOf(digest)
  return join(root, 'blobs', algorithm, hex)
}
