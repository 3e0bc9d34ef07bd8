import type { FileGrowth } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import type { Job, Outcome } from './job.ts'
import type { LayerBounds } from './layer-bounds.ts'
import { storeClosed } from './layer-error.ts'
import type { LayerStore, Uncompressed } from './layer-store.ts'
import { outcomeError } from './outcome-error.ts'
import type { WorkerPool } from './worker-pool.ts'

export interface UncompressorOptions {
  /** Of the file of a committed blob. */
  readonly pathOf: (blob: Digest) => string
  readonly pool: WorkerPool
  /** Jobs at once, not counting those that wait for slow downloads. */
  readonly limit: number
  readonly bounds: LayerBounds
}

/** Jobs in the order they were asked for, a few at a time, each of which can be given up. */
export function createUncompressor({
  pathOf,
  pool,
  limit,
  bounds,
}: UncompressorOptions): Pick<LayerStore<FileGrowth>, 'uncompress' | 'close'> {
  const waiting: (() => void)[] = []
  const stops = new Set<() => void>()
  let running = 0
  let closed = false

  function next(): void {
    if (running < limit) waiting.shift()?.()
  }

  /** Takes one of the places, except while it waits for a slow download. */
  async function occupy(job: Job, onProgress: (consumed: number) => void): Promise<Outcome> {
    let counts = false
    const count = (is: boolean): void => {
      if (is === counts) return
      counts = is
      running += is ? 1 : -1
      next()
    }
    count(true)
    try {
      return await pool.run(job, onProgress, (parked) => count(!parked))
    } finally {
      count(false)
    }
  }

  const uncompress: LayerStore<FileGrowth>['uncompress'] = async (
    blob,
    { signal, growth, algorithms, checksums, onProgress } = {},
  ) => {
    const { digest, size } = blob
    const path = pathOf(digest)
    signal?.throwIfAborted()
    if (closed) throw storeClosed(digest)
    const control = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
    const job: Job = {
      digest,
      size,
      path,
      growth: growth && { path: growth.path, finalPath: growth.finalPath, cells: growth.cells },
      algorithms,
      checksums,
      bounds,
      control,
    }
    const { promise, resolve, reject } = Promise.withResolvers<Uncompressed>()

    let settled = false
    const progress = (consumed: number): void => {
      if (settled) return
      try {
        onProgress?.(consumed)
      } catch (error) {
        // It is called from a thread's message, where nobody else would catch it.
        stop(error)
      }
    }
    const start = (): void => {
      occupy(job, progress)
        .then((outcome) => {
          if (outcome.outcome === 'done') {
            progress(outcome.consumed)
            const { outcome: _done, consumed: _consumed, ...uncompressed } = outcome
            resolve(uncompressed)
          } else if (outcome.outcome !== 'aborted') reject(outcomeError(digest, outcome))
        })
        .catch(reject)
    }
    const stop = (reason: unknown): void => {
      settled = true
      const place = waiting.indexOf(start)
      if (place >= 0) waiting.splice(place, 1)
      Atomics.store(new Int32Array(control), 0, 1)
      // It may be waiting for more to come.
      if (growth !== undefined) Atomics.notify(new BigInt64Array(growth.cells), 1)
      reject(reason)
    }
    const onAbort = (): void => {
      stop(signal?.reason)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    const onClose = (): void => {
      stop(storeClosed(digest))
    }
    stops.add(onClose)

    waiting.push(start)
    next()
    try {
      return await promise
    } finally {
      settled = true
      stops.delete(onClose)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  return {
    uncompress,
    async close() {
      closed = true
      for (const stop of stops) stop()
      await pool.close()
    },
  }
}
