import type { AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import { ContentError } from './content-error.ts'

/** Bytes of a blob, from `start` (inclusive) to `end` (exclusive). */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** Reads blobs while they come, beside whoever brings them: of files, any process of this machine that has the same root. */
export interface Arriving {
  /**
   * The bytes of a range in order, each as soon as it is written, at the reader's pace: nobody who writes waits for it.
   * They are not verified. What is read of a blob whose ingest is committed meanwhile reads on, and so does what another
   * process goes on with when its owner dies.
   *
   * @throws `CONTENT_UNKNOWN` when nobody who can be seen from here brings the blob; `INGEST_CLOSED` when its ingest ends uncommitted
   *   or begins anew, so that what was read counts no more; `SIZE_MISMATCH` when it was committed and has fewer bytes; the signal's reason
   */
  read(digest: Digest, range: ByteRange, options?: AbortOptions): AsyncIterable<Uint8Array>
}

/** What reading a blob on its way in can fail with. */
export const arrivingErrors = {
  unknown: (digest: Digest): ContentError =>
    new ContentError('CONTENT_UNKNOWN', `${digest} is not being downloaded here`, {
      digest,
      hint: 'it may have arrived: check whether it is here',
    }),
  ended: (digest: Digest): ContentError =>
    new ContentError('INGEST_CLOSED', `the ingest of ${digest} ended or started over`, {
      digest,
      hint: 'discard what was read: check whether it is here, or read it from the start',
    }),
  tooShort: (digest: Digest, expected: number, actual: number): ContentError =>
    new ContentError('SIZE_MISMATCH', `${digest} has ${actual} bytes, but byte ${expected - 1} was requested`, {
      digest,
      expected,
      actual,
      hint: 'request a range within it',
    }),
}
