import type { AbortOptions } from '@lading/clock'
import type { Descriptor } from '@lading/manifest'
import type { BlobSink } from './blob-sink.ts'

/**
 * One blob on its way into a target, in one attempt: whoever repeats closes it and asks for another, whose `offset` says
 * how much is there.
 */
export interface Receiver extends BlobSink {
  /**
   * Goes off when what is written can arrive no more, with what `write` and `commit` would throw: a source that is slow
   * to give its next bytes need not be waited for. Absent where `write` tells at once.
   */
  readonly failed?: AbortSignal | undefined
  /**
   * Makes the blob visible: size, then digest are right, or it throws. A digest that was not known is computed.
   * Idempotent. Aborted, it commits nothing.
   *
   * @throws `SIZE_MISMATCH` when bytes are missing: what is there stays. `DIGEST_MISMATCH`: nothing of it stays.
   */
  commit(options?: AbortOptions): Promise<Descriptor>
  /** Lets go and keeps what can be resumed. Idempotent, also after `commit`; does not reject. */
  close(): Promise<void>
  /** Lets go and throws away what came. Idempotent. */
  discard(): Promise<void>
}
