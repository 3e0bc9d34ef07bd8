import { successorsOf } from '@lading/content'
import type { ContentStore } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import type { ImageRecord } from '@lading/image-store'
import { isIndexType, type Descriptor } from '@lading/manifest'
import { familiarString } from '@lading/reference'
import type { NamedTarget, Names } from '@lading/reference-store'
import type { Parts } from './parts.ts'
import { mentionsOf } from './mentions.ts'
import { reachedOf, type RecordedImages } from './recorded-images.ts'
import { StoreError } from './store-error.ts'
import { besideOf, readTree, type StoredImage, type Tree } from './tree.ts'
import { isReadFailure } from './unusable.ts'

export interface Reachable {
  readonly digests: ReadonlySet<Digest>
  readonly images: readonly StoredImage[]
  /** Images that names reach through documents that are gone or damaged. */
  readonly recorded: readonly ImageRecord[]
  /** False when a document of others is damaged, so that nobody knows what it names. */
  readonly isWhole: boolean
}

/**
 * What the names reach, and the entries of others as far as they can be read. Of a manifest that is gone or damaged the
 * records of its images tell what it reached.
 *
 * @throws when no record tells of a manifest that one of our names needs, or when the system could not read one, or one
 *   of the others': then nobody knows what it names
 */
export async function reachable(
  { contents }: Pick<Parts, 'contents'>,
  names: Pick<Names, 'list' | 'foreignTargets'>,
  recordedImages: RecordedImages,
): Promise<Reachable> {
  const digests = new Set<Digest>()
  const images = new Map<Digest, StoredImage>()
  const recorded = new Set<ImageRecord>()
  for (const [target, named] of byTarget(names.list())) {
    const tree = await readTree(contents, named.target, { damagedIsAbsent: true })
    for (const digest of tree.reached) digests.add(digest)
    for (const image of tree.images) images.set(image.descriptor.digest, image)
    for (const lost of tree.absent) {
      const known = await recordedImages([lost])
      const isNeeded = lost.digest === target || isIndexType(lost.mediaType) || tree.damaged.includes(lost)
      if (isNeeded && known.length === 0) throw unreadable(named, lost)
      for (const record of known) {
        recorded.add(record)
        for (const digest of reachedOf(record)) digests.add(digest)
      }
    }
  }
  // Names of one target need not keep the same beside it.
  for (const { target } of names.list()) for (const digest of besideOf(target)) digests.add(digest)
  const others = await reachedByOthers(contents, names.foreignTargets())
  for (const digest of others.digests) digests.add(digest)
  return { digests, images: [...images.values()], recorded: [...recorded], isWhole: others.isWhole }
}

/** What the entries of others reach. There may be hundreds of thousands, of which few lead to anything that is here. */
async function reachedByOthers(
  contents: ContentStore,
  targets: readonly Descriptor[],
): Promise<Pick<Reachable, 'digests' | 'isWhole'>> {
  const strange: Digest[] = []
  const reached = new Set<Digest>(targets.map(({ digest }) => digest))
  // A document may be an index to one entry and a manifest to another.
  const once = new Map(targets.map((target) => [`${target.digest} ${target.mediaType}`, target]))
  const here = once.size > fewEntries ? await digestsHere(contents) : undefined
  for (const target of once.values()) {
    if (here?.has(target.digest) === false) continue
    try {
      const tree = await readTree(contents, target)
      for (const digest of tree.reached) reached.add(digest)
      strange.push(...strangeIn(tree))
    } catch (error) {
      // What could not be read this time may name what is about to be collected.
      if (isReadFailure(error)) throw error
      strange.push(target.digest)
    }
  }
  const mentioned = await mentionsOf(contents, strange)
  return { digests: new Set([...reached, ...(mentioned ?? [])]), isWhole: mentioned !== undefined }
}

/** What is neither an index or image manifest nor named by an image manifest. */
function strangeIn({ reached, indexes, images }: Tree): readonly Digest[] {
  const known = new Set<Digest>(indexes.map(({ descriptor }) => descriptor.digest))
  for (const { descriptor, manifest } of images)
    for (const { digest } of [descriptor, ...successorsOf(manifest)]) known.add(digest)
  return [...reached].filter((digest) => !known.has(digest))
}

/** For so many a look for each costs less than a listing of what is here. */
const fewEntries = 100

async function digestsHere(contents: ContentStore): Promise<ReadonlySet<Digest>> {
  const here = new Set<Digest>()
  for await (const { digest } of contents.list()) here.add(digest)
  return here
}

const byTarget = (names: readonly NamedTarget[]): ReadonlyMap<Digest, NamedTarget> =>
  new Map(names.map((named) => [named.target.digest, named]))

function unreadable({ name, reference }: NamedTarget, { digest }: Descriptor): StoreError {
  return new StoreError(
    'IMAGE_INCOMPLETE',
    `${name} needs ${digest}, which is not here, and nothing tells what it reached, so nothing can be collected`,
    {
      reference: name,
      digest,
      hint: `pull that image again, or remove its name: lading rmi ${familiarString(reference)}`,
    },
  )
}
