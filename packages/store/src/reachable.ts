import type { Digest } from '@lading/digest'
import { isIndexType, type Descriptor } from '@lading/manifest'
import type { NamedTarget, Names } from '@lading/reference-store'
import type { Parts } from './parts.ts'
import { StoreError } from './store-error.ts'
import { besideOf, readTree, type StoredImage } from './tree.ts'
import { isReadFailure } from './unusable.ts'

export interface Reachable {
  readonly digests: ReadonlySet<Digest>
  readonly images: readonly StoredImage[]
}

/**
 * What the names reach, and the entries of others as far as they can be read.
 *
 * @throws when a manifest that one of our names needs is not here or cannot be read, or when the system could not read
 *   one of the others': then nobody knows what it names
 */
export async function reachable(
  { contents }: Parts,
  names: Pick<Names, 'list' | 'foreignTargets'>,
): Promise<Reachable> {
  const digests = new Set<Digest>()
  const images = new Map<Digest, StoredImage>()
  for (const [target, named] of byTarget(names.list())) {
    const tree = await readTree(contents, named.target)
    const unread = tree.absent.find((child) => child.digest === target || isIndexType(child.mediaType))
    if (unread !== undefined) throw unreadable(named, unread)
    for (const digest of tree.reached) digests.add(digest)
    for (const image of tree.images) images.set(image.descriptor.digest, image)
  }
  // Names of one target need not keep the same beside it.
  for (const { target } of names.list()) for (const digest of besideOf(target)) digests.add(digest)
  for (const target of names.foreignTargets()) {
    const reached = await readTree(contents, target).then(
      (tree) => tree.reached,
      (error: unknown) => {
        // What could not be read this time may name what is about to be collected.
        if (isReadFailure(error)) throw error
        return [target.digest]
      },
    )
    for (const digest of reached) digests.add(digest)
  }
  return { digests, images: [...images.values()] }
}

const byTarget = (names: readonly NamedTarget[]): ReadonlyMap<Digest, NamedTarget> =>
  new Map(names.map((named) => [named.target.digest, named]))

function unreadable({ name }: NamedTarget, { digest }: Descriptor): StoreError {
  return new StoreError('IMAGE_INCOMPLETE', `${name} needs ${digest}, which is not here, so nothing can be collected`, {
    reference: name,
    digest,
    hint: 'pull that image again, or remove it',
  })
}
