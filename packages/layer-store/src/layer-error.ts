import type { Digest } from '@lading/digest'
import { LadingError, nameErrors, printable } from '@lading/errors'

/**
 * - `LAYER_CORRUPT`: the blob is what its digest says, and it cannot be decompressed. `cause` is the `CompressionError`.
 * - `LAYER_TOO_LARGE`: the blob is what its digest says, and more would come out of it than is allowed. `cause` is the `CompressionError`.
 * - `LAYER_SOURCE_FAILED`: the blob's bytes never became right: the download ended early, or its file is missing, damaged or unreadable.
 * - `LAYER_WORKER_FAILED`: the thread that worked on the layer died, or could not work on it.
 * - `LAYER_PARENT_UNKNOWN`: the layer below is not registered.
 * - `LAYER_MAX_DEPTH`: the layer would be more than 125 deep.
 * - `LAYER_STORE_CLOSED`: asked for work after `close`, or closed while at work.
 */
export type LayerErrorCode =
  | 'LAYER_CORRUPT'
  | 'LAYER_TOO_LARGE'
  | 'LAYER_SOURCE_FAILED'
  | 'LAYER_WORKER_FAILED'
  | 'LAYER_PARENT_UNKNOWN'
  | 'LAYER_MAX_DEPTH'
  | 'LAYER_STORE_CLOSED'

export class LayerError extends LadingError<LayerErrorCode> {}

nameErrors(LayerError, 'LayerError')

export const storeClosed = (digest: Digest): LayerError =>
  new LayerError('LAYER_STORE_CLOSED', `layer ${digest}: the layer store is closed`, {
    digest,
    hint: 'open the store again',
  })

export const sourceFailed = (digest: Digest, why: string, cause?: unknown): LayerError =>
  new LayerError('LAYER_SOURCE_FAILED', `layer ${digest} cannot be read: ${printable(why)}`, {
    digest,
    cause,
    hint: 'pull the image again',
  })
