import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { DeliveryError, planPublication, type Delivery, type PublicationPlan, type Receiver } from '@lading/content'
import { writeFileDurably, type FileSystem, type Held, type Lock } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { createHasher } from '@lading/digest/hash'
import { isForeignLayerType, type Descriptor } from '@lading/manifest'
import { ArchiveError } from '../archive-error.ts'
import type { LayoutBlobs } from './layout-blobs.ts'
import { indexLimit, indexWith } from './layout-index.ts'
import { layoutReceiver, type GrowingFile, type GrowingFiles } from './layout-receiver.ts'
import { fileMode, makeDirectory, type LayoutPlaces } from './prepare-layout.ts'

/** How often others may write between our reading and our writing of names. */
const attempts = 20

interface Options {
  readonly fs: FileSystem
  readonly places: LayoutPlaces
  readonly blobs: LayoutBlobs
  readonly lock: Lock
}

/** One delivery into a layout. */
export function layoutDelivery({ fs, places, blobs, lock }: Options): Delivery {
  const receivers = new Set<Receiver>()
  const files = growingFiles(fs, { places, blobs })
  let ended = false

  const assertOpen = (signal?: AbortSignal): void => {
    signal?.throwIfAborted()
    if (ended) throw new DeliveryError('DELIVERY_ENDED', 'this delivery has ended', { hint: 'begin another one' })
  }
  const missingOf = async (
    { needed }: PublicationPlan,
    signal: AbortSignal | undefined,
  ): Promise<readonly Descriptor[]> => {
    const missing: Descriptor[] = []
    for (const blob of needed)
      if (!isForeignLayerType(blob.mediaType) && !(await blobs.isHere(blob, { signal }))) missing.push(blob)
    return missing
  }
  const end = async (): Promise<void> => {
    if (ended) return
    ended = true
    for (const receiver of receivers) await receiver.close()
    await files.dropAll()
  }

  return {
    async has(descriptor, { signal } = {}) {
      assertOpen(signal)
      return blobs.isHere(descriptor, { signal })
    },
    async receive(what, { signal } = {}) {
      assertOpen(signal)
      if ('digest' in what && (await blobs.isHere(what, { signal }))) return 'here'
      assertOpen(signal)
      const receiver = layoutReceiver(what, files)
      receivers.add(receiver)
      return receiver
    },
    async publish({ target, names, documents }, { signal } = {}) {
      assertOpen(signal)
      const plan = await planPublication({ target, documents }, { partialIndex: true })
      // What has to be read is read before others have to wait.
      await missingOf(plan, signal)
      assertOpen(signal)
      return lock.hold(
        async (held) => {
          const missing = await missingOf(plan, signal)
          if (missing.length > 0) return { outcome: 'missing', blobs: missing }
          await syncBlobs(plan.needed.map(({ digest }) => digest))
          let changed = false
          for (const { descriptor, bytes } of plan.documents) {
            if (await holds(places.blob(descriptor.digest), bytes)) continue
            await makeDirectory(fs, dirname(places.blob(descriptor.digest)))
            await held.assert()
            await writeFileDurably(fs, places.blob(descriptor.digest), bytes, { mode: fileMode })
            changed = true
          }
          await fs.syncDirectory(places.blobs)
          const named = await pointNames(fs, places, { target, names, held })
          return { outcome: changed || named ? 'published' : 'unchanged' }
        },
        { signal },
      )
    },
    async finish({ signal } = {}) {
      assertOpen(signal)
      await end()
    },
    abort: end,
  }

  async function holds(path: string, bytes: Uint8Array): Promise<boolean> {
    const stat = await fs.stat(path)
    if (stat?.kind !== 'file' || stat.size !== bytes.byteLength) return false
    const there = await fs.readFile(path, { maxBytes: bytes.byteLength }).catch(() => undefined)
    return there !== undefined && Buffer.compare(there, bytes) === 0
  }

  /** Their directory entries, before something names them. */
  async function syncBlobs(digests: readonly Digest[]): Promise<void> {
    const directories = new Set(digests.map((digest) => dirname(places.blob(digest))))
    for (const directory of directories) if ((await fs.stat(directory)) !== undefined) await fs.syncDirectory(directory)
  }
}

/** Whether `index.json` was written. */
async function pointNames(
  fs: FileSystem,
  { index }: LayoutPlaces,
  { target, names, held }: { readonly target: Descriptor; readonly names: readonly string[]; readonly held: Held },
): Promise<boolean> {
  const read = (): Promise<Uint8Array | undefined> => fs.readFile(index, { maxBytes: indexLimit })
  for (let attempt = 1; ; attempt++) {
    const before = await read()
    const after = indexWith(before, { target, names }, index)
    if (after === undefined) return false
    let overtaken = false
    try {
      await writeFileDurably(fs, index, after, {
        mode: fileMode,
        alone: true,
        fence: held.fence,
        async before() {
          await held.assert()
          const now = await read()
          overtaken = Buffer.compare(now ?? new Uint8Array(), before ?? new Uint8Array()) !== 0
          if (overtaken) throw overtakenError(index)
        },
      })
      return true
    } catch (error) {
      if (!overtaken || attempt === attempts) throw error
    }
  }
}

const overtakenError = (path: string): ArchiveError =>
  new ArchiveError('LAYOUT_BUSY', `${path} is written by another program, again and again`, {
    path,
    hint: 'try again when it has ended',
  })

/** Files of blobs on their way, beside `blobs/`, where nobody takes them for content. */
function growingFiles(
  fs: FileSystem,
  { places, blobs }: Pick<Options, 'places' | 'blobs'>,
): GrowingFiles & { dropAll(): Promise<void> } {
  const left = new Map<Digest, GrowingFile>()
  const drop = async ({ file, path }: GrowingFile): Promise<void> => {
    await file.close().catch(() => {})
    await fs.unlink(path).catch(() => false)
  }
  return {
    take(digest) {
      const growing = left.get(digest)
      left.delete(digest)
      return growing
    },
    async create() {
      const path = `${places.incoming}.${randomBytes(8).toString('hex')}.tmp`
      return { path, file: await fs.open(path, 'wx', { mode: fileMode }), length: 0, hasher: createHasher() }
    },
    leave(digest, growing) {
      const other = left.get(digest)
      if (other === undefined || other.length < growing.length) left.set(digest, growing)
      const loser = other === undefined || other.length < growing.length ? other : growing
      if (loser !== undefined) void drop(loser)
    },
    drop,
    async place(growing, digest) {
      const { file, path, length } = growing
      try {
        await file.sync()
        await file.close()
        const target = places.blob(digest)
        if (await blobs.isHere({ digest, size: length })) {
          await fs.unlink(path)
          return
        }
        await makeDirectory(fs, dirname(target))
        await fs.rename(path, target)
        await blobs.remember(digest)
      } catch (error) {
        await drop(growing)
        throw error
      }
    },
    async dropAll() {
      for (const growing of left.values()) await drop(growing)
      left.clear()
    },
  }
}
