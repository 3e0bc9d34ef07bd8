import type { Digest } from '@lading/digest'
import { familiarString } from '@lading/reference'
import type { Descriptor, ImageConfig } from '@lading/manifest'
import type { NamedTarget } from '@lading/reference-store'
import { chooseImage } from './choose-image.ts'
import { findImage, idsOf } from './find-images.ts'
import { imageOfId } from './image-of-id.ts'
import type { Parts } from './parts.ts'
import type { Store } from './store.ts'
import { describeImage, nameMembers } from './summarize.ts'

export function createInspect(parts: Parts): Store['inspect'] {
  return async (term, { signal, platform } = {}) => {
    const names = await parts.references.list()
    const found = await findImage(parts, names, term)
    signal?.throwIfAborted()
    const { named, image } =
      found.by === 'name'
        ? { named: found.named, image: await chooseImage(parts, found.named.target, platform) }
        : await imageOfId(parts, found.id, found.named)
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
