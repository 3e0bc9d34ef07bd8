import { formatPlatform, matchPlatforms, type Descriptor, type Platform } from '@lading/manifest'
import { broughtImages } from './brought-images.ts'
import type { Parts } from './parts.ts'
import { missingBlobs, presentImages } from './present.ts'
import { StoreError } from './store-error.ts'
import { readTree, type StoredImage, type Tree } from './tree.ts'

/**
 * The image that stands for a target: the manifest itself; of an index the one that is here and came by it, the closest to
 * this machine's platform first, then in the index's order.
 *
 * @param wanted only an image for this platform
 * @throws `IMAGE_INCOMPLETE`, `PLATFORM_ABSENT`; what reading throws
 */
export async function chooseImage(
  { contents, images, platform }: Pick<Parts, 'contents' | 'images' | 'platform'>,
  target: Descriptor,
  wanted?: Platform,
): Promise<StoredImage> {
  const tree = await readTree(contents, target)
  const here = { tree, present: await presentImages(contents, tree) }
  const present = wanted === undefined ? (await broughtImages({ images }, here)).images : here.present
  return chooseFrom({ contents, platform }, { tree, present }, wanted)
}

/** The same, of what was looked at already. */
export async function chooseFrom(
  { contents, platform }: Pick<Parts, 'contents' | 'platform'>,
  { tree, present }: { readonly tree: Tree; readonly present: readonly StoredImage[] },
  wanted?: Platform,
): Promise<StoredImage> {
  const { target } = tree
  if (tree.indexes.length === 0) {
    const [image] = present
    if (image === undefined) throw await incomplete({ contents }, tree)
    return image
  }
  const ranked = rank(present, wanted ?? platform)
  const chosen = ranked.candidates[0] ?? (wanted === undefined ? ranked.others[0] : undefined)
  if (chosen !== undefined) return chosen
  if (present.length === 0 || wanted === undefined) throw await incomplete({ contents }, tree)
  throw new StoreError('PLATFORM_ABSENT', `${target.digest} is not here for ${formatPlatform(wanted)}`, {
    digest: target.digest,
    expected: formatPlatform(wanted),
    actual: present
      .flatMap(({ descriptor }) => descriptor.platform ?? [])
      .map(formatPlatform)
      .join(', '),
    hint: `pull it with --platform ${formatPlatform(wanted)}`,
  })
}

function rank(
  images: readonly StoredImage[],
  wanted: Platform,
): { readonly candidates: readonly StoredImage[]; readonly others: readonly StoredImage[] } {
  const { candidates, rejected } = matchPlatforms(
    images.map(({ descriptor }) => descriptor),
    wanted,
  )
  const imageOf = new Map(images.map((image) => [image.descriptor, image]))
  const imagesOf = (descriptors: readonly Descriptor[]): StoredImage[] =>
    descriptors.flatMap((descriptor) => imageOf.get(descriptor) ?? [])
  // Among the rejected are those for other platforms, and what is no image at all.
  return {
    candidates: imagesOf(candidates),
    others: imagesOf(rejected.map(({ descriptor }) => descriptor)).filter(isForSomePlatform),
  }
}

const isForSomePlatform = ({ descriptor }: StoredImage): boolean =>
  matchPlatforms([descriptor], descriptor.platform ?? { os: '', architecture: '' }).candidates.length > 0

/** Says what is missing of the images of a tree. */
export async function incomplete(
  { contents }: Pick<Parts, 'contents'>,
  { target, images, absent }: Tree,
): Promise<StoreError> {
  const missing = (await Promise.all(images.map(({ manifest }) => missingBlobs(contents, manifest)))).flat()
  const digests = [...absent, ...missing].map(({ digest }) => digest)
  return new StoreError('IMAGE_INCOMPLETE', `of ${target.digest}, ${digests[0] ?? 'every image'} is missing`, {
    digest: target.digest,
    expected: digests[0],
    actual: 'none',
    hint: 'pull it again: only what is missing is downloaded',
  })
}
