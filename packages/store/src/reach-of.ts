import type { ContentStore } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import type { ImageRecord } from '@lading/image-store'
import { isIndexType, type Descriptor } from '@lading/manifest'
import { reachedOf, type RecordedImages } from './recorded-images.ts'
import { readTree, type StoredImage } from './tree.ts'

export interface Reach {
  /** All of it, here or not. */
  readonly digests: ReadonlySet<Digest>
  readonly images: readonly StoredImage[]
  /** Images that are reached through documents that are gone or damaged. */
  readonly recorded: readonly ImageRecord[]
  /** A document that is gone or damaged, and of which no record tells what it reached. */
  readonly untold?: Descriptor | undefined
}

/**
 * What one target of ours reaches. Of a document that is gone or damaged the records of its images tell.
 *
 * @throws what reading throws
 */
export async function reachOf(
  contents: ContentStore,
  target: Descriptor,
  recordedImages: RecordedImages,
): Promise<Reach> {
  const tree = await readTree(contents, target, { damagedIsAbsent: true })
  const digests = new Set(tree.reached)
  const recorded: ImageRecord[] = []
  let untold: Descriptor | undefined
  for (const lost of tree.absent) {
    const known = await recordedImages([lost])
    const isNeeded = lost.digest === target.digest || isIndexType(lost.mediaType) || tree.damaged.includes(lost)
    if (isNeeded && known.length === 0) untold ??= lost
    recorded.push(...known)
    for (const record of known) for (const digest of reachedOf(record)) digests.add(digest)
  }
  return { digests, images: tree.images, recorded, untold }
}
