import type { Digest } from '@lading/digest'
import type { ImageRecord } from '@lading/image-store'
import type { Descriptor } from '@lading/manifest'
import { familiarString } from '@lading/reference'
import type { NamedTarget, Names } from '@lading/reference-store'
import type { Parts } from './parts.ts'
import { reachOf } from './reach-of.ts'
import { reachedByOthers } from './reached-by-others.ts'
import type { RecordedImages } from './recorded-images.ts'
import { servedContent } from './served.ts'
import { StoreError } from './store-error.ts'
import { besideOf, type StoredImage } from './tree.ts'

export interface Reachable {
  readonly digests: ReadonlySet<Digest>
  readonly images: readonly StoredImage[]
  /** Images that names reach through documents that are gone or damaged. */
  readonly recorded: readonly ImageRecord[]
  /** False when a document of others is damaged, so that nobody knows what it names. */
  readonly isWhole: boolean
}

/**
 * What the names reach, what is served, and the entries of others as far as they can be read. Of a manifest that is gone or damaged the
 * records of its images tell what it reached.
 *
 * @throws when no record tells of a manifest that one of our names needs, or when the system could not read one, or one
 *   of the others': then nobody knows what it names
 */
export async function reachable(
  { contents, served }: Pick<Parts, 'contents' | 'served'>,
  names: Pick<Names, 'list' | 'foreignTargets'>,
  recordedImages: RecordedImages,
): Promise<Reachable> {
  const digests = new Set<Digest>()
  const images = new Map<Digest, StoredImage>()
  const recorded = new Set<ImageRecord>()
  for (const named of byTarget(names.list()).values()) {
    const reach = await reachOf(contents, named.target, recordedImages)
    if (reach.untold !== undefined) throw unreadable(named, reach.untold)
    for (const digest of reach.digests) digests.add(digest)
    for (const image of reach.images) images.set(image.descriptor.digest, image)
    for (const record of reach.recorded) recorded.add(record)
  }
  // Names of one target need not keep the same beside it.
  for (const { target } of names.list()) for (const digest of besideOf(target)) digests.add(digest)
  for await (const digest of servedContent({ served })) digests.add(digest)
  const others = await reachedByOthers(contents, names.foreignTargets())
  for (const digest of others.digests) digests.add(digest)
  return { digests, images: [...images.values()], recorded: [...recorded], isWhole: others.isWhole }
}

const byTarget = (names: readonly NamedTarget[]): ReadonlyMap<Digest, NamedTarget> =>
  new Map(names.map((named) => [named.target.digest, named]))

function unreadable({ name, reference }: NamedTarget, { digest }: Descriptor): StoreError {
  return new StoreError(
    'IMAGE_INCOMPLETE',
    `${name} needs ${digest}, which is not here, so it is not known what else the image needs, and nothing can be removed`,
    {
      reference: name,
      digest,
      hint: `pull that image again, or remove its name: lading rmi ${familiarString(reference)}`,
    },
  )
}
