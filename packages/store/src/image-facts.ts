import type { ContentStore } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import type { ImageRecord } from '@lading/image-store'
import { parseImageConfig, platformOf, type Descriptor, type ImageConfig } from '@lading/manifest'
import { documentLimit } from './read-manifest.ts'
import { besideOf, type StoredImage } from './tree.ts'

/** @throws `CONTENT_UNKNOWN`, `CONTENT_DAMAGED`, `CONTENT_UNREADABLE`, and what parsing throws */
export async function readConfig(contents: ContentStore, config: Descriptor): Promise<ImageConfig> {
  return parseImageConfig(await contents.read(config.digest, { maxBytes: documentLimit }))
}

/**
 * The record of an image that is being published; `undefined` for what is no container image and has no ID to be known by.
 *
 * @param documents the indexes it is reached by
 * @throws `CONTENT_UNKNOWN`, `CONTENT_DAMAGED`, `CONTENT_UNREADABLE`
 */
export async function recordOf(
  contents: ContentStore,
  { descriptor, manifest }: StoredImage,
  documents: readonly Digest[],
): Promise<ImageRecord | undefined> {
  let config: ImageConfig
  try {
    config = await readConfig(contents, manifest.config)
  } catch (error) {
    if (isLadingError(error) && error.name === 'ManifestError') return undefined
    throw error
  }
  const { mediaType, digest, size } = manifest.config
  return {
    config: { mediaType, digest, size },
    diffIds: config.rootfs.diffIds,
    platform: platformOf(config),
    ...(config.created === undefined ? {} : { created: config.created }),
    ...contentOf({ descriptor, manifest }, documents),
  }
}

/** Whether a record says all that one of this image would; what its config says is the same for ever. */
export function isRecorded(image: StoredImage, documents: readonly Digest[], record: ImageRecord | undefined): boolean {
  if (record === undefined || record.config.mediaType !== image.manifest.config.mediaType) return false
  const { manifests, blobs } = contentOf(image, documents)
  return isPartOf(manifests, record.manifests) && isPartOf(blobs, record.blobs)
}

const contentOf = (
  { descriptor, manifest }: StoredImage,
  documents: readonly Digest[],
): Pick<ImageRecord, 'manifests' | 'blobs'> => ({
  manifests: [descriptor.digest, ...documents],
  blobs: [...manifest.layers.map((layer) => layer.digest), ...besideOf(descriptor)],
})

function isPartOf(some: readonly Digest[], all: readonly Digest[]): boolean {
  const known = new Set(all)
  return some.every((digest) => known.has(digest))
}
