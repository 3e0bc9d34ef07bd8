import { successorsOf } from '@lading/content'
import type { ContentStore } from '@lading/content-store'
import { isLadingError } from '@lading/errors'
import { isIndexType, type Descriptor, type ImageManifest } from '@lading/manifest'
import { readTree, type StoredImage, type Tree } from './tree.ts'
import { isUnusable } from './unusable.ts'

/** The blobs that a manifest names and a `stat` does not find, or finds with another size. */
export async function missingBlobs(contents: ContentStore, manifest: ImageManifest): Promise<readonly Descriptor[]> {
  return missingOf(contents, successorsOf(manifest))
}

export async function missingOf(contents: ContentStore, blobs: readonly Descriptor[]): Promise<readonly Descriptor[]> {
  const once = [...new Map(blobs.map((blob) => [blob.digest, blob])).values()]
  const stats = await Promise.all(once.map(({ digest }) => contents.stat(digest)))
  return once.filter((blob, at) => stats[at]?.size !== blob.size)
}

/** Indexes that are missing below those indexes among `needed` that are here. */
export async function missingBelow(
  contents: ContentStore,
  needed: readonly Descriptor[],
): Promise<readonly Descriptor[]> {
  const missing: Descriptor[] = []
  for (const below of needed.filter(({ mediaType }) => isIndexType(mediaType))) {
    if ((await contents.stat(below.digest)) === undefined) continue
    try {
      missing.push(...(await readTree(contents, below)).absent.filter(({ mediaType }) => isIndexType(mediaType)))
    } catch (error) {
      if (!isUnusable(error)) throw error
      missing.push(below)
    }
  }
  return missing
}

/** The images of a tree whose blobs are all here. Attestations and other manifests that are whole count too. */
export async function presentImages(contents: ContentStore, tree: Tree): Promise<readonly StoredImage[]> {
  const present: StoredImage[] = []
  for (const image of tree.images) if ((await missingBlobs(contents, image.manifest)).length === 0) present.push(image)
  return present
}

/**
 * The law of the store for one target: its manifest is here and a `stat` finds each blob that it names; of an index,
 * each index below it and at least one manifest, with all that one names.
 */
export async function isPresent(contents: ContentStore, target: Descriptor): Promise<boolean> {
  try {
    return await keepsLaw(contents, target)
  } catch (error) {
    if (isUnusable(error)) return false
    throw error
  }
}

/** Whether it is known that the law does not hold for a target: what cannot be read now may be whole. */
export async function isBroken(contents: ContentStore, target: Descriptor): Promise<boolean> {
  try {
    return !(await keepsLaw(contents, target))
  } catch (error) {
    if (isUnusable(error)) return isLadingError(error, 'CONTENT_DAMAGED')
    throw error
  }
}

async function keepsLaw(contents: ContentStore, target: Descriptor): Promise<boolean> {
  const tree = await readTree(contents, target)
  if (tree.absent.some((child) => child.digest === target.digest || isIndexType(child.mediaType))) return false
  return (await presentImages(contents, tree)).length > 0
}
