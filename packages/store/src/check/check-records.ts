import type { StoreFile, UnderLock } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import type { ImageRecord } from '@lading/image-store'
import type { Uncompressed } from '@lading/layer-store'
import { platformOf } from '@lading/manifest'
import { idOf } from '../find-images.ts'
import { readConfig, recordOf } from '../image-facts.ts'
import type { Parts } from '../parts.ts'
import { readTree, type Tree } from '../tree.ts'
import type { BlobOutcome } from './check-blobs.ts'

export interface WrongRecord {
  readonly record: 'diff-ids' | 'layers' | 'images'
  readonly digest: Digest
  readonly why: string
  /** Whether it is so at another look: other processes remove and write records meanwhile. */
  isStillSo(): Promise<boolean>
  /** What was found out from content is right whoever holds the lock; what goes because nothing needs it is not. */
  repair(under: UnderLock): Promise<unknown>
}

interface Seen {
  readonly files: readonly StoreFile[]
  readonly blobs: readonly BlobOutcome[]
  readonly trees: readonly Tree[]
}

const unreadable = 'it is not a valid record'

/** Holds every record to what it remembers, as far as the content that it is about is here and good. */
export async function checkRecords(parts: Parts, seen: Seen): Promise<readonly WrongRecord[]> {
  return [
    ...(await wrongMemories(parts, seen)),
    ...(await wrongLayers(parts, seen)),
    ...(await wrongImages(parts, seen)),
  ]
}

const digestsOf = ({ files }: Seen, wanted: StoreFile['role']): readonly Digest[] =>
  files.flatMap(({ role, digest }) => (role === wanted && digest !== undefined ? [digest] : []))

async function wrongMemories({ layers }: Parts, seen: Seen): Promise<readonly WrongRecord[]> {
  const wrong: WrongRecord[] = []
  const isStillSo = (): Promise<boolean> => Promise.resolve(true)
  const tell = (digest: Digest, why: string, repair: () => Promise<unknown>): void =>
    void wrong.push({ record: 'diff-ids', digest, why, isStillSo, repair })
  for (const { digest, layer } of seen.blobs) {
    if (layer === undefined) continue
    const { known, actual, corrupt = false } = layer
    if (corrupt) tell(digest, 'the layer cannot be decompressed', () => layers.forget(digest))
    else if (actual !== undefined && !remembers(known, actual))
      tell(digest, `the layer decompresses to ${actual.diffId}, ${actual.size} bytes`, () =>
        layers.remember(digest, actual),
      )
  }
  for (const digest of digestsOf(seen, 'diff-ids')) {
    const isUnreadable = async (): Promise<boolean> => (await layers.known(digest)) === undefined
    if (await isUnreadable())
      wrong.push({
        record: 'diff-ids',
        digest,
        why: unreadable,
        isStillSo: isUnreadable,
        repair: () => layers.forget(digest),
      })
  }
  return wrong
}

const remembers = (known: Uncompressed, actual: Uncompressed): boolean =>
  known.size === actual.size && namesOf(known).join() === namesOf(actual).join()

const namesOf = ({ diffId, aliases = [] }: Uncompressed): readonly Digest[] => [diffId, ...aliases.toSorted()]

async function wrongLayers({ layers }: Parts, seen: Seen): Promise<readonly WrongRecord[]> {
  const inflated = new Map<Digest, { readonly blob: Digest; readonly actual: Uncompressed }>()
  for (const { digest: blob, layer } of seen.blobs)
    if (layer?.actual !== undefined)
      for (const name of namesOf(layer.actual)) inflated.set(name, { blob, actual: layer.actual })
  const wrong = new Map<Digest, WrongRecord>()
  const lost = new Set<Digest>()
  const tell = (digest: Digest, found: Pick<WrongRecord, 'why' | 'isStillSo' | 'repair'>): void =>
    void wrong.set(digest, { record: 'layers', digest, ...found })
  const isLost = async (digest: Digest): Promise<boolean> => {
    const layer = await layers.get(digest)
    return layer === undefined || (layer.parent !== undefined && (await isLost(layer.parent)))
  }
  const forget = (digest: Digest, why: string): void => {
    lost.add(digest)
    tell(digest, { why, isStillSo: () => isLost(digest), repair: (under) => layers.remove(digest, under) })
  }
  for (let before = -1; before !== lost.size;) {
    before = lost.size
    for (const chainId of digestsOf(seen, 'layers')) {
      if (wrong.has(chainId)) continue
      const layer = await layers.get(chainId)
      if (layer === undefined) {
        forget(chainId, unreadable)
        continue
      }
      const { diffId, parent, size } = layer
      const found = inflated.get(diffId)
      if (parent !== undefined && (lost.has(parent) || (await layers.get(parent)) === undefined))
        forget(chainId, `the layer below it, ${parent}, is not registered`)
      else if (found !== undefined && found.actual.size !== size)
        tell(chainId, {
          why: `the layer has ${found.actual.size} bytes, not ${size}`,
          isStillSo: () => Promise.resolve(true),
          repair: () => {
            const aliases = namesOf(found.actual).filter((name) => name !== diffId)
            return layers.register({ blob: found.blob, diffId, aliases, size: found.actual.size, parent })
          },
        })
    }
  }
  return [...wrong.values()]
}

async function wrongImages(parts: Parts, seen: Seen): Promise<readonly WrongRecord[]> {
  const wrong: WrongRecord[] = []
  const good = new Set(seen.blobs.filter(({ error }) => error === undefined).map(({ digest }) => digest))
  for (const id of digestsOf(seen, 'images')) {
    const fault = async (): Promise<string | undefined> => {
      const record = await parts.images.get(id)
      return record === undefined ? unreadable : faultOf(parts, record, good)
    }
    const why = await fault()
    if (why === undefined) continue
    const isStillSo = async (): Promise<boolean> => (await fault()) !== undefined
    wrong.push({
      record: 'images',
      digest: id,
      why,
      isStillSo,
      repair: (under) => writeAnew(parts, id, seen.trees, under),
    })
  }
  return wrong
}

async function faultOf(
  { contents }: Parts,
  record: ImageRecord,
  good: ReadonlySet<Digest>,
): Promise<string | undefined> {
  const { config, diffIds, platform, created, manifests } = record
  /** What was good a moment ago may be collected since. */
  const isGone = async (digest: Digest): Promise<boolean> => (await contents.stat(digest)) === undefined
  const actual = good.has(config.digest) && (await readConfig(contents, config).catch(() => 'none' as const))
  if (actual !== false && !(await isGone(config.digest))) {
    if (actual === 'none') return 'the config is not valid'
    if (diffIds.join() !== actual.rootfs.diffIds.join()) return 'the config names other layers'
    if (JSON.stringify(platform) !== JSON.stringify(platformOf(actual))) return 'the config is for another platform'
    if (created !== actual.created) return 'the config has another creation time'
  }
  for (const digest of manifests.filter((each) => good.has(each))) {
    const target = { mediaType: '', digest, size: 0 }
    const tree = await readTree(contents, target, { damagedIsAbsent: true }).catch(() => undefined)
    const leadsTo = tree?.images.some(({ manifest }) => idOf(manifest) === config.digest) ?? false
    // Of an index the image may be gone.
    if (!leadsTo && (tree === undefined || tree.indexes.length === 0) && !(await isGone(digest)))
      return `${digest} does not belong to this image`
  }
  return undefined
}

/** Of what names reach. What nothing reaches any more needs no record. */
async function writeAnew(
  { contents, images }: Parts,
  id: Digest,
  trees: readonly Tree[],
  under: UnderLock,
): Promise<void> {
  await images.delete(id, under)
  for (const tree of trees) {
    const indexes = tree.indexes.map(({ descriptor }) => descriptor.digest)
    for (const image of tree.images) {
      if (idOf(image.manifest) !== id) continue
      const record = await recordOf(contents, image, indexes).catch(() => undefined)
      if (record !== undefined) await images.create(record, under)
    }
  }
}
