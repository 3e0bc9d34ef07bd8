import type { Digest } from '@lading/digest'
import { familiarString } from '@lading/reference'
import type { Descriptor, ImageConfig, Platform } from '@lading/manifest'
import type { NamedTarget } from '@lading/reference-store'
import { chooseImage } from './choose-image.ts'
import { findImage, idOf, idsOf } from './find-images.ts'
import type { Parts } from './parts.ts'
import { isPresent } from './present.ts'
import type { Store } from './store.ts'
import { describeImage, nameMembers } from './summarize.ts'
import { readTree, type StoredImage } from './tree.ts'

export function createInspect(parts: Parts): Store['inspect'] {
  return async (term, { signal, platform } = {}) => {
    const names = await parts.references.list()
    const found = await findImage(parts, names, term)
    signal?.throwIfAborted()
    const { named, image } =
      found.by === 'name'
        ? { named: found.named, image: await chooseImage(parts, found.named.target, platform) }
        : await imageOfId(parts, found.id, found.named, platform)
    const details = await describeImage(parts, image)
    const reaching = (await idsOf(parts, names)).get(details.id) ?? []
    return {
      ...nameMembers(named),
      ...details,
      manifest: image.descriptor,
      configDescriptor: image.manifest.config,
      layers: withDiffIds(image.manifest.layers, details.config),
      tags: familiar(reaching.filter(({ reference }) => reference.tag !== undefined)),
      digests: familiar(reaching.filter(({ reference }) => reference.digest !== undefined)),
    }
  }
}

/** The first name whose copy of the image is whole; twins with one ID may differ in that. */
async function imageOfId(
  parts: Parts,
  id: Digest,
  names: readonly NamedTarget[],
  platform: Platform | undefined,
): Promise<{ readonly named: NamedTarget; readonly image: StoredImage }> {
  for (const named of names) {
    const images = (await readTree(parts.contents, named.target)).images.filter(({ manifest }) => idOf(manifest) === id)
    for (const image of images) if (await isPresent(parts.contents, image.descriptor)) return { named, image }
  }
  const [named] = names as readonly [NamedTarget]
  return { named, image: await chooseImage(parts, named.target, platform) }
}

function withDiffIds(
  layers: readonly Descriptor[],
  { rootfs }: ImageConfig,
): readonly (Descriptor & { readonly diffId?: Digest | undefined })[] {
  // Counts differ only in what a pull would have refused; which layer lacks its diffID is then anybody's guess.
  if (layers.length !== rootfs.diffIds.length) return layers
  return layers.map((layer, at) => ({ ...layer, diffId: rootfs.diffIds[at] }))
}

const familiar = (names: readonly NamedTarget[]): readonly string[] =>
  names.map(({ reference }) => familiarString(reference))
