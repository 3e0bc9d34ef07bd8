import { isAttestation } from '@lading/manifest'
import type { Parts } from './parts.ts'
import type { StoredImage, Tree } from './tree.ts'

export interface BroughtImages {
  readonly images: readonly StoredImage[]
  /** Nothing but content that comes or goes can change which they are. */
  readonly isLasting: boolean
}

/**
 * Of the images of an index that are here, those that came by it: another repository may have brought the same image for a
 * platform that nobody asked for under this name. Their records tell; an image without one may have come by any name.
 */
export async function broughtImages(
  { images: records }: Pick<Parts, 'images'>,
  { tree: { target, indexes }, present }: { readonly tree: Tree; readonly present: readonly StoredImage[] },
): Promise<BroughtImages> {
  const images = present.filter(({ descriptor }) => !isAttestation(descriptor))
  if (indexes.length === 0 || images.length < 2) return { images: present, isLasting: true }
  const brought: StoredImage[] = []
  const unknown: StoredImage[] = []
  for (const image of images) {
    const record = await records.get(image.manifest.config.digest)
    if (record === undefined) unknown.push(image)
    // An ID may be there in several manifests: gzip and zstd.
    else if (record.manifests.includes(target.digest) && record.manifests.includes(image.descriptor.digest))
      brought.push(image)
  }
  const candidates = new Set([...brought, ...unknown])
  return {
    images: brought.length === 0 ? present : images.filter((image) => candidates.has(image)),
    isLasting: brought.length === images.length,
  }
}
