import { stat } from 'node:fs/promises'
import type { AbortOptions } from '@lading/clock'
import { fileChunks, openArchive, receiveArchive, type ArchiveSource } from '@lading/archive'
import type { Delivery } from '@lading/content'
import type { Bounds } from '@lading/compression'
import { guardListener, isLadingError } from '@lading/errors'
import type { Digest } from '@lading/digest'
import type { Descriptor, Platform } from '@lading/manifest'
import type { Store } from '@lading/store'
import { createTransfers } from '@lading/transfer'
import { bringImages } from './bring-images.ts'
import type { LoadEvent } from './load-event.ts'
import type { NamingOptions } from './load-names.ts'

export interface LoadOptions extends AbortOptions, NamingOptions {
  /** Of an index only these; the others stay absent. Default: what is there. */
  readonly platforms?: readonly Platform[] | undefined
  /** What an archive that is compressed as a whole may cost. */
  readonly bounds?: Bounds | undefined
  /**
   * Of an archive that comes as chunks: they are nobody else's, nor is the memory that they lie in, as with what a pipe or a
   * file stream of Node gives. It is freed as soon as their bytes are written. Default false: the garbage collector finds it.
   */
  readonly freeChunks?: boolean | undefined
  /** Called synchronously, in order. What it throws ends the load, which rejects with it once everything is in order. */
  readonly onEvent?: ((event: LoadEvent) => void) | undefined
}

export interface LoadedImage {
  /** What points to it now: full references. Empty for an image without a name. */
  readonly names: readonly string[]
  readonly target: Descriptor
  /** Image ID; of an index that of this machine's platform, or of the first that is there. Absent: it is no container image. */
  readonly id?: Digest | undefined
}

/**
 * Brings the images of an archive or an OCI image layout into a store, as `docker load` does. Every blob is verified by its
 * digest and every layer by its diffID before anything is named: of an archive with one bad image none is, and a signal ends
 * it before the first has its name or after the last; only a store that fails meanwhile leaves some without. A tag that is
 * there moves, and what it pointed to stays without a tag.
 *
 * ```ts
 * const [image] = await loadArchive(store, 'alpine.tar')
 * ```
 *
 * @param from a path, also of a layout directory; or the archive's bytes as they come, its members in any order. What is
 *   compressed as a whole is read as it comes, too
 * @throws ArchiveError, TarError, CompressionError of the archive; PullError `DIFF_ID_MISMATCH`; what the store throws; what a
 *   listener throws; the signal's reason
 */
export async function loadArchive(
  store: Store,
  from: string | AsyncIterable<Uint8Array>,
  options: LoadOptions = {},
): Promise<readonly LoadedImage[]> {
  options.signal?.throwIfAborted()
  const stop = new AbortController()
  const emit = guardListener(options.onEvent, (error) => stop.abort(error))
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal])
  const transfers = createTransfers({ limit: 2 })
  const delivery = await store.target().begin({ signal })
  let source: ArchiveSource | undefined
  try {
    source = await sourceOf(from, delivery, { ...options, emit, signal })
    const loaded = await bringImages({ store, source, delivery, transfers, emit, signal }, options)
    signal.throwIfAborted()
    await delivery.finish({ signal })
    return loaded
  } finally {
    await transfers.close()
    await delivery.abort()
    await source?.close()
  }
}

/** A file that can be read at any place is opened; everything else goes into the delivery as it comes. */
async function sourceOf(
  from: string | AsyncIterable<Uint8Array>,
  delivery: Delivery,
  {
    bounds,
    freeChunks,
    emit,
    signal,
  }: Pick<LoadOptions, 'bounds' | 'freeChunks'> & {
    readonly emit: (event: LoadEvent) => void
    readonly signal: AbortSignal
  },
): Promise<ArchiveSource> {
  const onMember = ({ path, size }: { readonly path: string; readonly size: number }): void =>
    emit({ type: 'member', path, size })
  if (typeof from !== 'string') return receiveArchive(from, delivery, { bounds, freeChunks, signal, onMember })
  try {
    return await openArchive(from, { signal })
  } catch (error) {
    if (!isLadingError(error, 'ARCHIVE_SPOOL_NEEDED')) throw error
    const found = await stat(from)
    const inputLength = found.isFile() ? found.size : undefined
    return receiveArchive(fileChunks(from, { signal }), delivery, {
      bounds: { inputLength, ...bounds },
      freeChunks: true,
      signal,
      onMember,
    })
  }
}
