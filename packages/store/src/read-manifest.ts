import type { AbortOptions } from '@lading/clock'
import { namesContent, type Document } from '@lading/content'
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
  return { bytes: document.bytes, manifest: unmarshal(descriptor, document.bytes) }
}

/** Its own type has the last word: what a name's entry in `index.json` says of it may be wrong, and is not its fault. */
function unmarshal({ mediaType }: Descriptor, bytes: Uint8Array): Manifest {
  try {
    return schemas.unmarshal(mediaType, bytes)
  } catch (error) {
    const own = ownType(bytes)
    if (own === undefined || own === mediaType) throw error
    return schemas.unmarshal(own, bytes)
  }
}

/** What a document says that it is, or looks like; `undefined`: neither manifest nor index. */
export function ownType(bytes: Uint8Array): string | undefined {
  const { mediaType } = schemas.identify(undefined, bytes)
  return namesContent({ mediaType }) ? mediaType : undefined
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
    signal?.throwIfAborted()
    if (isLadingError(error, 'CONTENT_UNKNOWN')) return undefined
    throw error
  }
}
