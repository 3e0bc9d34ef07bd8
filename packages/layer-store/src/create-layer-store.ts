import { availableParallelism } from 'node:os'
import { fileRecords, layoutOf, nodeFileSystem, type FileGrowth, type FileSystem } from '@lading/content-store'
import type { LayerBounds } from './layer-bounds.ts'
import { layerRecords } from './layer-records.ts'
import type { LayerStore } from './layer-store.ts'
import { createUncompressor } from './uncompressor.ts'
import { createWorkerPool } from './worker-pool.ts'
import { workerUrl } from './worker-url.ts'

export interface LayerStoreOptions extends LayerBounds {
  /** The root of the store: of its layout, `layers` and `diffIds` are kept here, and `blobs` read. */
  readonly root: string
  /** For the records; blobs are read with `node:fs`, from the threads that work on them. Default: this machine's. */
  readonly fs?: FileSystem | undefined
  /**
   * Threads, and layers that are worked on at once. Default 2, or 1 on a single processor. 0: one after the other, in the
   * calling thread, which is also what happens where threads or the worker's file are missing. A layer that waits for a slow
   * download does not count: its thread works on others meanwhile.
   */
  readonly workers?: number | undefined
  /**
   * The calling thread is one of the `workers`: it works on a layer itself, in turns of a few milliseconds, while a thread
   * works on another. For a program that does nothing else meanwhile; it spares 10 MiB. Default false.
   */
  readonly callerWorks?: boolean | undefined
  /**
   * Compressed bytes. A layer of fewer is worked on in the calling thread while no other has been started: it is done
   * before a thread is there. Default 128 KiB; 0: each layer in a thread.
   */
  readonly smallLayer?: number | undefined
}

const defaultSmallLayer = 128 * 1024

/** Layers by chainID, and the memory of what each blob uncompresses to, in files; worker threads inflate and hash. */
export function createLayerStore(options: LayerStoreOptions): LayerStore<FileGrowth> {
  const { root, fs = nodeFileSystem(), workers = Math.min(2, availableParallelism()) } = options
  const { maxLayerSize, maxInflationRatio, inflationFloor, smallLayer: small = defaultSmallLayer } = options
  const { callerWorks } = options
  const layout = layoutOf(root)
  let uncompressor: ReturnType<typeof createUncompressor> | undefined
  const start = (): ReturnType<typeof createUncompressor> =>
    (uncompressor ??= createUncompressor({
      pathOf: layout.blob,
      pool: createWorkerPool(workers > 0 ? workerUrl() : undefined, { most: workers, small, callerWorks }),
      limit: Math.max(1, workers),
      bounds: { maxLayerSize, maxInflationRatio, inflationFloor },
    }))

  return {
    ...layerRecords(fileRecords({ root, fs })),
    uncompress: async (blob, how) => await start().uncompress(blob, how),
    async close() {
      await start().close()
    },
  }
}
