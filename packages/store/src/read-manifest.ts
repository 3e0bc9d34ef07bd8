import type { ContentStore } from '@lading/content-store'
import { isLadingError } from '@lading/errors'
import { schemas, type Descriptor, type Manifest } from '@lading/manifest'

/** The most bytes of a manifest, an index or a config: what registries accept. */
export const documentLimit: number = 4 * 1024 * 1024

export interface ReadManifest {
  readonly bytes: Uint8Array
  readonly manifest: Manifest
}

/**
 * The verified bytes of a manifest and their typed view; `undefined` when its file is not here. Damage counts as not
 * being here after it was moved aside, and is thrown the first time.
 */
export async function readManifest(
  contents: ContentStore,
  { digest, mediaType }: Descriptor,
): Promise<ReadManifest | undefined> {
  let bytes: Uint8Array
  try {
    bytes = await contents.read(digest, { maxBytes: documentLimit })
  } catch (error) {
    if (isLadingError(error, 'CONTENT_UNKNOWN')) return undefined
    throw error
  }
  return { bytes, manifest: schemas.unmarshal(mediaType, bytes) }
}
