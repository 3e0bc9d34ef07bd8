import { dirname, join } from 'node:path'
import { isDigest, type Digest } from '@lading/digest'
import { printable } from '@lading/errors'
import { assertRoom } from './assert-room.ts'
import { ContentError } from './content-error.ts'
import type { BlobAddress, FileContentStore, IngestOptions } from './content-store.ts'
import { countLeftovers, emptyTrash } from './empty-trash.ts'
import { fileIngest } from './file-ingest.ts'
import { fileUnnamedIngest } from './file-unnamed-ingest.ts'
import type { FileSystem } from './file-system.ts'
import type { StoreFormat } from './format.ts'
import type { FileGrowth } from './growth.ts'
import type { FileIngest, Ingest } from './ingest.ts'
import { claimIngestDirectory, type IngestDirectory } from './ingest-directory.ts'
import { layoutOf } from './layout.ts'
import { memoryFirstIngest, mostInMemory } from './memory-first-ingest.ts'
import { nodeFileSystem } from './node-file-system.ts'
import { openData } from './open-data.ts'
import { defaultAfterMs, startTrial, type Overtaking } from './overtaking.ts'
import { moveAway } from './place.ts'
import { nodeProcesses, type ProcessTable } from './process-table.ts'
import { enterQueue } from './queue.ts'
import { prepareRoot } from './root.ts'
import { growingFiles } from './read-growing-file.ts'
import { sendBlob } from './send-blob.ts'
import { assertDigest, lookFor, stageBytes } from './small-content.ts'
import { readVerified, readWhole, verifyBlob } from './verified-read.ts'
import type { WaitingOptions } from './waiting.ts'

const readLimit = 4 * 1024 * 1024
const defaultPatienceMs = 30_000
const lookEvery = ({ afterMs = defaultAfterMs }: Overtaking): number => afterMs / 10

export interface ContentStoreOptions extends WaitingOptions {
  /** The directory. The first write makes it a store: see `prepareRoot`. */
  readonly root: string
  /** Default `nodeFileSystem()`. */
  readonly fs?: FileSystem | undefined
  /** Default: today's. Another one is for whoever tries a format to come. */
  readonly format?: StoreFormat | undefined
  /** Who the owners of downloads are. Default: the processes of this machine. */
  readonly processes?: ProcessTable | undefined
  /** How long another process's download of the same blob may stand still before this one starts its own, in milliseconds. Default 30 000. */
  readonly patienceMs?: number | undefined
  /** When another process's download that is slow is overtaken. */
  readonly overtaking?: Overtaking | undefined
}

/** Bytes by digest in an OCI image layout. Opens nothing and writes nothing by itself. */
export function createContentStore({
  root,
  fs = nodeFileSystem(),
  format,
  processes = nodeProcesses(),
  patienceMs = defaultPatienceMs,
  overtaking = {},
  onWaiting,
}: ContentStoreOptions): FileContentStore {
  const layout = layoutOf(root)
  const { root: home, trash, blobs, blob: at } = layout
  let ready: Promise<void> | undefined
  const prepared = (): Promise<void> => {
    ready ??= prepareRoot(fs, home, { format }).catch((error: unknown) => {
      ready = undefined
      throw error
    })
    return ready
  }
  /** For all at once, so that of many that begin together each makes its own alone. */
  let roomForIngests: Promise<void> | undefined
  const stat = async (digest: Digest): Promise<{ readonly size: number } | undefined> => {
    const found = await fs.stat(at(digest))
    return found?.kind === 'file' ? { size: found.size } : undefined
  }
  /** Owners of downloads than which we were no faster. */
  const spared = new Set<string>()
  const reading = (digest: Digest) => ({ fs, path: at(digest), digest })

  function ingest(
    blob: BlobAddress,
    options?: IngestOptions & { readonly inMemory?: false | undefined },
  ): Promise<FileIngest | undefined>
  function ingest(blob: BlobAddress, options?: IngestOptions): Promise<Ingest<FileGrowth> | undefined>
  async function ingest(blob: BlobAddress, options: IngestOptions = {}): Promise<Ingest<FileGrowth> | undefined> {
    const { signal, replace = false, yields = false, fresh = false, inMemory = false } = options
    const { digest, size } = blob
    signal?.throwIfAborted()
    const target = at(digest)
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new ContentError('SIZE_MISMATCH', `${digest} cannot have ${printable(String(size), 40)} bytes`, {
        digest,
        actual: printable(String(size), 40),
        hint: 'the size of a descriptor must be a whole number of bytes',
      })
    }
    const instead = replace ? (await fs.stat(target))?.inode : undefined
    const isHere = async (): Promise<boolean> => {
      const found = await fs.stat(target)
      return found?.kind === 'file' && found.size === size && found.inode !== instead
    }
    if (await isHere()) return undefined
    await prepared()
    const path = layout.ingest(digest)
    // What fails fails again where it is needed, and says why.
    await (roomForIngests ??= fs.mkdir(dirname(path), { recursive: true }).catch(() => {}))
    const leave = await enterQueue(path, signal)
    try {
      const directory = await claimIngestDirectory({
        fs,
        trash,
        path,
        processes,
        signal,
        patienceMs,
        ...overtaking,
        blob,
        mayOvertake: (owner) => yields && !spared.has(owner),
        isHere,
        onWaiting,
      })
      if (directory === undefined) {
        leave()
        return undefined
      }
      try {
        const onDisk = async (): Promise<FileIngest> => {
          const { boot } = processes.self()
          const data = await openData(fs, directory, blob, { boot, fresh, signal })
          const superseded = yields ? { why: whyEnd(directory, isHere), everyMs: lookEvery(overtaking) } : undefined
          return fileIngest({ fs, layout, blob, target, instead, directory, data, boot, superseded, leave })
        }
        const small = inMemory && size <= mostInMemory && (await fs.stat(directory.files.data)) === undefined
        return small
          ? memoryFirstIngest({ fs, layout, blob, target, instead, directory, onDisk, leave })
          : await onDisk()
      } catch (error) {
        await directory.release().catch(() => {})
        throw error
      }
    } catch (error) {
      leave()
      throw error
    }
  }

  /** For an ingest that yields: why it had better end. */
  function whyEnd(directory: IngestDirectory, isHere: () => Promise<boolean>): () => Promise<string | undefined> {
    const { beside, files } = directory
    const trial = beside && startTrial(fs, files.data, beside.data, overtaking)
    return async () => {
      if (await isHere()) return 'another process downloaded it'
      const why = await trial?.failed()
      if (why !== undefined && beside !== undefined) spared.add(beside.owner)
      return why
    }
  }

  return {
    root: home,
    path: at,
    stat,
    ingest,
    arriving: growingFiles({ fs, layout, processes }),
    send: ({ digest, size }, sink, options) => sendBlob(reading(digest), size, sink, options),
    async ingestUnnamed({ size, algorithm, signal } = {}) {
      signal?.throwIfAborted()
      await prepared()
      return fileUnnamedIngest({ fs, layout, size, algorithm })
    },
    open: ({ digest, size }, options) => readVerified(reading(digest), size, options),
    async verify(digest, options) {
      options?.signal?.throwIfAborted()
      return { size: await verifyBlob(reading(digest), options) }
    },
    async read(digest, options = {}) {
      const { maxBytes = readLimit, signal } = options
      signal?.throwIfAborted()
      return readWhole(reading(digest), { maxBytes, signal })
    },
    async put(digest, bytes, options = {}) {
      options.signal?.throwIfAborted()
      const path = at(digest)
      assertDigest(digest, bytes)
      if ((await lookFor(fs, path, bytes)).same) return
      await prepared()
      const staged = await stageBytes({ fs, layout, digest, bytes })
      await staged.publish()
    },
    async stage(digest, bytes, options = {}) {
      options.signal?.throwIfAborted()
      assertDigest(digest, bytes)
      await prepared()
      return stageBytes({ fs, layout, digest, bytes })
    },
    async makeDurable(digests) {
      const directories = new Set([...digests].map((digest) => dirname(at(digest))))
      if (directories.size === 0) return
      // The directory of an algorithm may itself be new.
      for (const directory of [...directories, blobs]) await fs.syncDirectory(directory)
    },
    async *list(options = {}) {
      for (const { name: algorithm, kind } of (await fs.readDirectory(blobs)) ?? []) {
        if (kind !== 'directory') continue
        for (const entry of (await fs.readDirectory(join(blobs, algorithm))) ?? []) {
          options.signal?.throwIfAborted()
          const digest = `${algorithm}:${entry.name}`
          // What others put here is none of our business.
          if (!isDigest(digest)) continue
          const found = await fs.stat(at(digest))
          if (found?.kind === 'file') yield { digest, size: found.size, modifiedMs: found.modifiedMs }
        }
      }
    },
    remove: (digest, options) => moveAway(fs, trash, at(digest), options),
    emptyTrash: (options) => emptyTrash({ fs, layout, processes }, options),
    assertRoom: (addresses) => assertRoom(fs, layout, addresses),
    leftovers: () => countLeftovers({ fs, layout, processes }),
  }
}
