import type { UnderLock } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import type { ImageRecord } from '@lading/image-store'
import type { Names } from '@lading/reference-store'
import { chainIdsOf, diffIdsOf } from './diff-ids.ts'
import { idOf } from './find-images.ts'
import type { Parts } from './parts.ts'
import { reachable, type Reachable } from './reachable.ts'
import { recordedImages, type RecordedImages } from './recorded-images.ts'
import type { StoredImage, Tree } from './tree.ts'

/** Between two looks at what pulls hold. */
const removalsAtOnce = 16

interface Stays {
  readonly ids: ReadonlySet<Digest>
  /** `undefined` when the layers of one image are not known. */
  readonly layers: ReadonlySet<Digest> | undefined
}

interface Sweep {
  readonly documents: ReadonlySet<Digest>
  readonly blobs: ReadonlySet<Digest>
  /** chainIDs, of each image top first. */
  readonly layers: ReadonlySet<Digest>
  readonly records: readonly ImageRecord[]
}

interface CollectOptions {
  readonly orphans?: readonly Digest[] | undefined
  readonly dryRun?: boolean | undefined
}

export interface Collected {
  /** Image IDs and chainIDs that nothing reaches any more, each image before its layers. */
  readonly deleted: readonly Digest[]
  /** Of the content that is free now, whether or not it was here. */
  readonly content: readonly Digest[]
}

/**
 * Moves into trash what was published once and nothing reaches any more: documents first, then blobs, then records. The
 * caller holds the lock and has written `index.json`. What a pull that was cut off has fetched was never published, and
 * stays for its resume, unless it is among `orphans`.
 *
 * @param removed what the names reached that are gone
 * @param options.orphans further content that goes when nothing reaches it; it stays where a document of others is damaged
 * @param options.dryRun removes nothing
 * @throws when a named manifest cannot be read, and then nothing was removed; `LOCK_LOST`
 */
export async function collect(
  parts: Parts,
  names: Pick<Names, 'list' | 'foreignTargets' | 'assertHeld' | 'fence'>,
  removed: readonly Tree[],
  { orphans = [], dryRun = false }: CollectOptions = {},
): Promise<Collected> {
  const recorded = recordedImages(parts)
  const kept = await reachable(parts, names, recorded)
  const stays: Stays = {
    ids: new Set([
      ...kept.images.map(({ manifest }) => idOf(manifest)),
      ...kept.recorded.map(({ config }) => config.digest),
    ]),
    layers: await layersOf(parts, kept),
  }
  const sweep = await planSweep(parts, removed, stays)
  const deleted = await deletedIds(parts, removed, stays, recorded)

  const unnamed = [...new Set([...sweep.documents, ...sweep.blobs, ...(kept.isWhole ? orphans : [])])].filter(
    (digest) => !kept.digests.has(digest),
  )
  let held = await parts.leases.held()
  const isFree = (digest: Digest): boolean => !held.has(digest)
  if (dryRun) return { deleted, content: unnamed.filter(isFree) }
  // Whoever took the lock over may have given a name to what was free: looked at again before each step.
  const assertHeld = (): Promise<void> => names.assertHeld()
  const remove = async (step: (under: UnderLock) => Promise<unknown>): Promise<void> => {
    await assertHeld()
    await step({ assertHeld, fence: names.fence })
  }
  const free: Digest[] = []
  for (const [at, digest] of unnamed.entries()) {
    // A pull that has begun since uses what it finds.
    if (at > 0 && at % removalsAtOnce === 0) held = await parts.leases.held()
    if (!isFree(digest)) continue
    await remove((under) => parts.contents.remove(digest, under))
    free.push(digest)
  }
  const collected: Collected = { deleted, content: free }
  // Of what this is, another holder of the lock may know by now: then it finds it out once more.
  await parts.layers.setAside(free)
  // A running pull builds on the records of layers; and without knowing every layer that stays, none is forgotten.
  if (held.size === 0 && stays.layers !== undefined) {
    for (const chainId of sweep.layers)
      if (!stays.layers.has(chainId)) await remove((under) => parts.layers.remove(chainId, under))
    // The image's record goes last: with it, a collection that was cut off or held up is finished by the next one.
    for (const record of sweep.records) await remove((under) => parts.images.delete(record.config.digest, under))
  }
  return collected
}

async function planSweep(parts: Parts, removed: readonly Tree[], stays: Stays): Promise<Sweep> {
  const documents = new Set<Digest>(
    removed.flatMap(({ indexes, images }) => [...indexes, ...images].map(({ descriptor }) => descriptor.digest)),
  )
  const blobs = new Set<Digest>(removed.flatMap(({ reached }) => [...reached]))
  const layers = new Set<Digest>()
  const records: ImageRecord[] = []
  for await (const record of parts.images.list()) {
    for (const digest of record.manifests) documents.add(digest)
    for (const digest of [record.config.digest, ...record.blobs]) blobs.add(digest)
    if (stays.ids.has(record.config.digest)) continue
    records.push(record)
    for (const chainId of chainIdsOf(record.diffIds)) layers.add(chainId)
  }
  for (const { images } of removed) {
    for (const image of images) for (const chainId of await chainOf(parts, image)) layers.add(chainId)
  }
  return { documents, blobs: new Set([...blobs].filter((digest) => !documents.has(digest))), layers, records }
}

async function deletedIds(
  parts: Parts,
  removed: readonly Tree[],
  stays: Stays,
  recordedImagesOf: RecordedImages,
): Promise<readonly Digest[]> {
  const deleted = new Set<Digest>()
  const tell = (id: Digest, chain: readonly Digest[]): void => {
    if (stays.ids.has(id)) return
    deleted.add(id)
    for (const chainId of chain) if (stays.layers?.has(chainId) !== true) deleted.add(chainId)
  }
  for (const { images, absent } of removed) {
    for (const image of images) tell(idOf(image.manifest), await chainOf(parts, image))
    for (const { config, diffIds } of await recordedImagesOf(absent)) tell(config.digest, chainIdsOf(diffIds))
  }
  return [...deleted]
}

const chainOf = async (parts: Parts, image: StoredImage): Promise<readonly Digest[]> =>
  chainIdsOf((await diffIdsOf(parts, image)) ?? [])

/** The chainIDs of all these images; `undefined` when those of one are not known. */
async function layersOf(
  parts: Parts,
  { images, recorded }: Pick<Reachable, 'images' | 'recorded'>,
): Promise<ReadonlySet<Digest> | undefined> {
  const chainIds = new Set<Digest>(recorded.flatMap(({ diffIds }) => chainIdsOf(diffIds)))
  for (const image of images) {
    const diffIds = await diffIdsOf(parts, image)
    if (diffIds === undefined) return undefined
    for (const chainId of chainIdsOf(diffIds)) chainIds.add(chainId)
  }
  return chainIds
}
