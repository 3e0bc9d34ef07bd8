import {
  createContentStore,
  createFileNotes,
  createLeases,
  createLock,
  createRememberedFile,
  createReserve,
  fileRecords,
  fileSystemTimeOrOurs,
  layoutOf,
  lockOfFormat,
  nodeFileSystem,
  storeFiles,
  storeFormat,
  type FileSystem,
  type Overtaking,
  type StoreFormat,
  type WaitingOptions,
} from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import { createImageStore } from '@lading/image-store'
import { createLayerStore, type LayerBounds } from '@lading/layer-store'
import type { Platform } from '@lading/manifest'
import { createReferenceStore, indexJsonLimit } from '@lading/reference-store'
import { createStore } from './create-store.ts'
import { isStore, openRoot } from './open-root.ts'
import { hostPlatform } from './host-platform.ts'
import { createOrigins } from './origins.ts'
import { looksAtBlobs } from './summary-place.ts'
import type { FileStore } from './store.ts'

export interface OpenStoreOptions extends WaitingOptions, LayerBounds {
  /** The store's directory, an OCI image layout. Made by the first write, never by reading. */
  readonly root: string
  /** Default: this machine's. */
  readonly fs?: FileSystem | undefined
  /** Default: today's. Another one is for whoever tries a format to come. */
  readonly format?: StoreFormat | undefined
  /** Refuse to write. Default false. */
  readonly readOnly?: boolean | undefined
  /**
   * Whether `images` writes down in `lading/summary` what it found out, where that was much, so that the next one is quick.
   * It does so only where a store is, and passes over what cannot be written. Default: unless `readOnly`.
   */
  readonly keepSummary?: boolean | undefined
  /** Threads that inflate and hash. Default: as `createLayerStore`. */
  readonly workers?: number | undefined
  /** The calling thread is one of them: for a program that does nothing else meanwhile. Default: as `createLayerStore`. */
  readonly callerWorks?: boolean | undefined
  /** When another process's download that is slow is overtaken. Default: below 1 MiB a second, after 10 s. */
  readonly overtaking?: Overtaking | undefined
  /** How long another process may hold the store's lock without a sign of life before a change fails with `LOCK_TIMEOUT`, in milliseconds. Default 30 000. */
  readonly lockTimeoutMs?: number | undefined
  /** Shown first where an index is here for several platforms. Default `linux/<arch of this machine>`. */
  readonly platform?: Platform | undefined
}

/** In bytes: a hundred thousand images fit, as far as `index.json` has place for their names. */
const summaryLimit = 64 * 1024 * 1024

/** Of the names: the sum of the bytes that say them. */
async function stampOf(fs: FileSystem, path: string): Promise<string | undefined> {
  const bytes = await fs.readFile(path, { maxBytes: indexJsonLimit }).catch(() => undefined)
  return bytes === undefined ? undefined : digestOf(bytes)
}

/**
 * Opens the local images under one root. Nothing is written before the first write; several processes may have a root
 * open at once.
 *
 * @throws `FORMAT_UNSUPPORTED` for a store of a newer Lading, `FORMAT_OUTDATED` for one of an older Lading that cannot be upgraded, or was opened
 *   for reading and has to be upgraded first; `ROOT_INVALID`, `NOT_A_DIRECTORY`
 */
export async function openStore({
  root: given,
  fs = nodeFileSystem(),
  format = storeFormat,
  readOnly = false,
  keepSummary = !readOnly,
  workers,
  callerWorks,
  platform = hostPlatform(),
  lockTimeoutMs,
  overtaking,
  onWaiting,
  maxLayerSize,
  maxInflationRatio,
  inflationFloor,
}: OpenStoreOptions): Promise<FileStore> {
  const layout = layoutOf(given)
  const { root, own, lock: lockPath, leases } = layout
  const writable = await openRoot(fs, root, { readOnly, format })
  const reserve = createReserve({ root, fs })
  const contents = createContentStore({ root, fs, format, overtaking, onWaiting })
  const lock = lockOfFormat(
    createLock({ fs, path: lockPath, trash: layout.trash, timeoutMs: lockTimeoutMs, onWaiting }),
    {
      fs,
      layout,
      format,
    },
  )
  const summary = createRememberedFile({ fs, path: layout.summary, maxBytes: summaryLimit })
  const now = (): Promise<number> => fileSystemTimeOrOurs(fs, own)
  const prepare = async (): Promise<void> => {
    await writable()
    await reserve.keep()
  }
  return createStore({
    root,
    contents,
    layers: createLayerStore({ root, fs, workers, callerWorks, maxLayerSize, maxInflationRatio, inflationFloor }),
    images: createImageStore({ root, fs }),
    references: createReferenceStore({ root, fs, lock }),
    leases: createLeases({ fs, directory: leases }),
    origins: createOrigins(fileRecords({ root, fs }), prepare),
    served: createFileNotes({ fs, directory: layout.serve, prepare }),
    platform,
    now,
    files: () => storeFiles(fs, layout),
    summary: {
      read: () => summary.read(),
      write: (bytes) => (keepSummary ? summary.write(bytes) : Promise.resolve()),
      ...looksAtBlobs(fs, layout, () => (keepSummary ? now() : Promise.resolve(0))),
      stamp: () => stampOf(fs, layout.index),
    },
    reserve,
    writable: prepare,
    async changeable() {
      const isHere = readOnly || (await isStore(fs, layout))
      if (isHere) await prepare()
      return isHere
    },
  })
}
