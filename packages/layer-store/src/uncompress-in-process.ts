import { setImmediate } from 'node:timers/promises'
import type { BlobAddress, ContentStore, Followable, Followed } from '@lading/content-store'
import { startInflation } from './inflation.ts'
import { decompressorBounds, type LayerBounds } from './layer-bounds.ts'
import { sourceFailed, storeClosed } from './layer-error.ts'
import { layerInProgress } from './layer-in-progress.ts'
import type { LayerStore } from './layer-store.ts'
import { throttled } from './progress.ts'

// Small, since everything else in this process waits meanwhile.
const blockSize = 64 * 1024

export interface InProcessOptions {
  /** Where committed blobs are read. */
  readonly contents: Pick<ContentStore, 'open'>
  readonly bounds: LayerBounds
}

/** Inflates and hashes in the calling thread, a block at a time, whatever engine the bytes come from. */
export function uncompressInProcess({
  contents,
  bounds,
}: InProcessOptions): Pick<LayerStore<Followable>, 'uncompress' | 'close'> {
  const closing = new AbortController()
  return {
    async uncompress(blob, { signal, growth, algorithms, checksums, onProgress = () => {} } = {}) {
      signal?.throwIfAborted()
      if (closing.signal.aborted) throw storeClosed(blob.digest)
      const stop = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal])
      const layer = layerInProgress(blob, () =>
        startInflation({
          bounds: decompressorBounds(bounds, blob.size),
          algorithms,
          checksums,
          interrupted: () => stop.throwIfAborted(),
        }),
      )
      const progress = throttled(onProgress)
      try {
        const source = growth?.follow({ signal: stop }) ?? contents.open(blob, { signal: stop })
        for await (const piece of bytesOf(blob, source)) {
          if (piece === 'restart') layer.restart()
          else
            for (let at = 0; at < piece.length; at += blockSize) {
              layer.push(piece.subarray(at, at + blockSize))
              progress(layer.consumed)
              await setImmediate()
              stop.throwIfAborted()
            }
        }
        const uncompressed = layer.end()
        onProgress(layer.consumed)
        return uncompressed
      } catch (error) {
        signal?.throwIfAborted()
        if (closing.signal.aborted) throw storeClosed(blob.digest)
        throw error
      } finally {
        layer.close()
      }
    },
    close: async () => closing.abort(),
  }
}

/** What goes wrong in it is the source's doing, and nobody else's. */
async function* bytesOf({ digest }: BlobAddress, source: AsyncIterable<Followed>): AsyncGenerator<Followed> {
  try {
    yield* source
  } catch (cause) {
    throw sourceFailed(digest, cause instanceof Error ? cause.message : String(cause), cause)
  }
}
