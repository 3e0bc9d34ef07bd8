import type { Digest } from '@lading/digest'
import type { ImageRecord } from '@lading/image-store'
import type { Names } from '@lading/reference-store'
import { chainIdsOf, diffIdsOf } from './diff-ids.ts'
import { idOf } from './find-images.ts'
import { forgetBlob } from './forget-blob.ts'
import type { Parts } from './parts.ts'
import { reachable, type Reachable } from './reachable.ts'
import type { Tree } from './tree.ts'

interface Sweep {
  readonly documents: Set<Digest>
  readonly blobs: Set<Digest>
  /** chainIDs, a layer before the one it stands on. */
  readonly layers: Set<Digest>
  readonly records: readonly ImageRecord[]
}

/**
 * Moves into trash what was published once and nothing reaches any more: documents first, then blobs, then records. The
 * caller holds the lock and has written `index.json`. What a pull that was cut off has fetched was never published, and
 * stays for its resume.
 *
 * @param removed what the names reached that are gone
 * @returns image IDs and chainIDs that nothing reaches any more, each image before its layers
 * @throws when a named manifest cannot be read; then nothing was removed
 */
export async function collect(parts: Parts, names: Names, removed: readonly Tree[]): Promise<readonly Digest[]> {
  const kept = await reachable(parts, names)
  const held = await parts.leases.held()
  const keptIds = new Set(kept.images.map(({ manifest }) => idOf(manifest)))
  const keptLayers = await layersOf(parts, kept)
  const deleted = new Set<Digest>()
  for (const tree of removed) {
    for (const image of tree.images) {
      const id = idOf(image.manifest)
      if (keptIds.has(id)) continue
      deleted.add(id)
      const diffIds = await diffIdsOf(parts, image)
      for (const chainId of chainIdsOf(diffIds ?? [])) if (keptLayers?.has(chainId) !== true) deleted.add(chainId)
    }
  }
  const sweep = await planSweep(parts, removed, keptIds, deleted)
  const isFree = (digest: Digest): boolean => !kept.digests.has(digest) && !held.has(digest)
  for (const digest of [...sweep.documents, ...sweep.blobs].filter(isFree)) await parts.contents.remove(digest)
  for (const blob of [...sweep.blobs].filter(isFree)) await forgetBlob(parts.fs, parts.root, blob)
  // A layer's record is what a running pull builds on; without knowing every layer that stays, none is forgotten.
  if (held.size === 0 && keptLayers !== undefined) for (const chainId of sweep.layers) if (!keptLayers.has(chainId)) await parts.layers.remove(chainId)
  // The record goes last: with it, a collection that was cut off is finished by the next one.
  for (const record of sweep.records) if (!digestsOf(record).some((digest) => held.has(digest))) await parts.images.delete(record.config.digest)
  return [...deleted]
}

async function planSweep(parts: Parts, removed: readonly Tree[], keptIds: ReadonlySet<Digest>, deleted: ReadonlySet<Digest>): Promise<Sweep> {
  const documents = new Set<Digest>(removed.flatMap(({ indexes, images }) => [...indexes, ...images].map(({ descriptor }) => descriptor.digest)))
  const blobs = new Set<Digest>(removed.flatMap(({ reached }) => [...reached]))
  const layers = new Set<Digest>(deleted)
  const records: ImageRecord[] = []
  for await (const record of parts.images.list()) {
    for (const digest of record.manifests) documents.add(digest)
    for (const digest of [record.config.digest, ...record.blobs]) blobs.add(digest)
    if (keptIds.has(record.config.digest)) continue
    records.push(record)
    for (const chainId of chainIdsOf(record.diffIds)) layers.add(chainId)
  }
  return { documents, blobs: new Set([...blobs].filter((digest) => !documents.has(digest))), layers, records }
}

const digestsOf = ({ config, manifests, blobs }: ImageRecord): readonly Digest[] => [config.digest, ...manifests, ...blobs]

/** The chainIDs that stay; `undefined` when those of one image are not known. */
async function layersOf(parts: Parts, { images }: Reachable): Promise<ReadonlySet<Digest> | undefined> {
  const chainIds = new Set<Digest>()
  for (const image of images) {
    const diffIds = await diffIdsOf(parts, image)
    if (diffIds === undefined) return undefined
    for (const chainId of chainIdsOf(diffIds)) chainIds.add(chainId)
  }
  return chainIds
}
