import type { Descriptor } from '@lading/manifest'
import { familiarString } from '@lading/reference'
import { despiteLostLock } from './after-lost-lock.ts'
import { incomplete } from './choose-image.ts'
import { findImage, imageUnknown, type Found } from './find-images.ts'
import { imageOfId } from './image-of-id.ts'
import type { Parts } from './parts.ts'
import { pointName } from './point-name.ts'
import { isPresent } from './present.ts'
import { StoreError } from './store-error.ts'
import type { Store } from './store.ts'
import { readTree } from './tree.ts'

export function createTag(parts: Parts): Store['tag'] {
  return async (source, target, options) => {
    if (target.digest !== undefined) {
      throw new StoreError(
        'REFERENCE_HAS_DIGEST',
        `refusing to create a tag with a digest reference: ${familiarString(target)}`,
        { reference: String(target), hint: 'remove the digest' },
      )
    }
    if (!(await parts.changeable())) throw imageUnknown(source)
    await despiteLostLock(() =>
      parts.references.update(async (names) => {
        const found = await findImage(parts, names.list(), source)
        const to = found.by === 'name' ? await wholeTarget(parts, found) : await targetOfId(parts, found)
        await pointName(parts, names, target, to)
      }, options),
    )
  }
}

/** A name of something that is not whole would be one more against the law. */
async function wholeTarget(
  { contents }: Parts,
  { named: { target } }: Extract<Found, { readonly by: 'name' }>,
): Promise<Descriptor> {
  if (!(await isPresent(contents, target))) throw await incomplete({ contents }, await readTree(contents, target))
  return target
}

/** An ID is one image, whatever else the index holds that it came with. */
async function targetOfId(
  parts: Parts,
  { id, named: names }: Extract<Found, { readonly by: 'id' }>,
): Promise<Descriptor> {
  const { named, image } = await imageOfId(parts, id, names)
  const { mediaType, digest } = image.descriptor
  if (named.target.digest === digest) return named.target
  // Whatever else an index says of its entry comes from a registry: nothing that a name of ours may say without a look.
  const size = (await parts.contents.stat(digest))?.size ?? image.descriptor.size
  return { mediaType, digest, size }
}
