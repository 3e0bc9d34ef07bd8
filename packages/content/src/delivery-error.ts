import { LadingError, nameErrors, type ErrorOptions } from '@lading/errors'

/**
 * What can go wrong between a source and a target. Places have errors of their own beside these.
 *
 * - `CONTENT_UNKNOWN`: no content of this name or digest is there.
 * - `DIGEST_MISMATCH`, `SIZE_MISMATCH`: what came is not what was announced.
 * - `RANGE_MISMATCH`: an answer starts elsewhere than the bytes that are there end.
 * - `RECEIVER_CLOSED`: a receiver was used after `close`, `discard` or a failed `commit`.
 * - `DELIVERY_ENDED`: a delivery was used after `finish` or `abort`.
 * - `DELIVERY_BROKEN`: what was written cannot be taken back, and is wrong or was left in the middle.
 * - `PUBLICATION_INVALID`: the documents of a publication do not lead from its target to a manifest.
 * - `GRAPH_TOO_LARGE`: indexes in indexes deeper or more than the caller allowed.
 */
export type DeliveryErrorCode =
  | 'CONTENT_UNKNOWN'
  | 'DIGEST_MISMATCH'
  | 'SIZE_MISMATCH'
  | 'RANGE_MISMATCH'
  | 'RECEIVER_CLOSED'
  | 'DELIVERY_ENDED'
  | 'DELIVERY_BROKEN'
  | 'PUBLICATION_INVALID'
  | 'GRAPH_TOO_LARGE'

/** Every error that this package throws on purpose. */
export class DeliveryError extends LadingError<DeliveryErrorCode> {
  constructor(code: DeliveryErrorCode, message: string, options: ErrorOptions = {}) {
    super(code, message, options)
  }
}

nameErrors(DeliveryError, 'DeliveryError')
