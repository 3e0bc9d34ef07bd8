import { join } from 'node:path'
import { algorithmOf, hexOf, type Digest } from '@lading/digest'

/** `<root>/blobs/<alg>/<hex>` (OCI image-layout, "Blobs"). @throws `DigestError`: nothing but a digest reaches a path. */
export function blobPath(root: string, digest: Digest): string {
  return join(root, 'blobs', algorithmOf(digest), hexOf(digest))
}

/** `<root>/lading/ingest/<alg>/<hex>`. @throws `DigestError` */
export function ingestPath(root: string, digest: Digest): string {
  return join(root, 'lading', 'ingest', algorithmOf(digest), hexOf(digest))
}
