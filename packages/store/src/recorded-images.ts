import type { Digest } from '@lading/digest'
import type { ImageRecord } from '@lading/image-store'
import type { Descriptor } from '@lading/manifest'
import type { Parts } from './parts.ts'

/** The images that documents led to which are gone or damaged, as their records remember them. */
export type RecordedImages = (documents: readonly Descriptor[]) => Promise<readonly ImageRecord[]>

/** Records are read when the first document is missing, and once. */
export function recordedImages({ images }: Pick<Parts, 'images'>): RecordedImages {
  let byDocument: Promise<ReadonlyMap<Digest, readonly ImageRecord[]>> | undefined
  const read = async (): Promise<ReadonlyMap<Digest, readonly ImageRecord[]>> => {
    const found = new Map<Digest, ImageRecord[]>()
    for await (const record of images.list())
      for (const digest of record.manifests) found.set(digest, [...(found.get(digest) ?? []), record])
    return found
  }
  return async (documents) => {
    if (documents.length === 0) return []
    const known = await (byDocument ??= read())
    return [...new Set(documents.flatMap(({ digest }) => known.get(digest) ?? []))]
  }
}

/** Everything that an image reaches, as its record remembers it. */
export const reachedOf = ({ config, manifests, blobs }: ImageRecord): readonly Digest[] => [
  config.digest,
  ...manifests,
  ...blobs,
]
