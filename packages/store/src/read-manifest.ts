import type { AbortOptions } from '@lading/clock'
import type { Document } from '@lading/content'
import type { ContentStore } from '@lading/content-store'
import { isLadingError } from '@lading/errors'
import { schemas, type Descriptor, type Manifest } from '@lading/manifest'

/** The most bytes of a manifest, an index or a config: what registries accept. */
export const documentLimit: number = 4 * 1024 * 1024

export interface ReadManifest {
  readonly bytes: Uint8Array
  readonly manifest: Manifest
}

/** The verified bytes of a manifest and their typed view. As `readDocument`, and what decoding throws. */
export async function readManifest(contents: ContentStore, descriptor: Descriptor): Promise<ReadManifest | undefined> {
  const document = await readDocument(contents, descriptor)
  if (document === undefined) return undefined
  return { bytes: document.bytes, manifest: schemas.unmarshal(descriptor.mediaType, document.bytes) }
}

/**
 * The verified bytes of a manifest, an index or a config; `undefined` when its file is not here.
 *
 * @throws `CONTENT_DAMAGED`, `CONTENT_UNREADABLE`, `TOO_LARGE`
 */
export async function readDocument(
  contents: ContentStore,
  descriptor: Descriptor,
  { signal }: AbortOptions = {},
): Promise<Document | undefined> {
  try {
    return { descriptor, bytes: await contents.read(descriptor.digest, { maxBytes: documentLimit, signal }) }
  } catch (error) {
    if (isLadingError(error, 'CONTENT_UNKNOWN')) return undefined
    throw error
  }
}
