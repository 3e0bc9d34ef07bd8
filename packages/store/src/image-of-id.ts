import type { Digest } from '@lading/digest'
import type { NamedTarget } from '@lading/reference-store'
import { incomplete } from './choose-image.ts'
import { idOf } from './find-images.ts'
import type { Parts } from './parts.ts'
import { missingBlobs } from './present.ts'
import { readTree, type StoredImage, type Tree } from './tree.ts'

/** One image, and the first of the names that reach it. */
export interface ReachedImage {
  readonly named: NamedTarget
  readonly image: StoredImage
}

/**
 * The image that an ID means. Manifests may share an ID (a config whose layers are there as gzip and as zstd); then it
 * is the first that is whole, in the order of the names' texts and below a name in the order of its indexes.
 *
 * @param names those that reach the ID, sorted; at least one
 * @throws `IMAGE_INCOMPLETE` when none is whole, though another image of the same index may be; what reading throws
 */
export async function imageOfId(
  { contents }: Pick<Parts, 'contents'>,
  id: Digest,
  names: readonly NamedTarget[],
): Promise<ReachedImage> {
  let broken: Tree | undefined
  for (const named of names) {
    const tree = await readTree(contents, named.target)
    const images = tree.images.filter(({ manifest }) => idOf(manifest) === id)
    for (const image of images) if ((await missingBlobs(contents, image.manifest)).length === 0) return { named, image }
    broken ??= { ...tree, images, absent: [], damaged: [] }
  }
  throw await incomplete({ contents }, broken as Tree)
}
