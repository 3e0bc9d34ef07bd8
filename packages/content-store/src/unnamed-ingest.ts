import type { AbortOptions } from '@lading/clock'
import type { BlobSink } from '@lading/content'
import type { Digest } from '@lading/digest'

/** Content on its way in whose digest nobody knows yet. Without a digest nobody could go on with it: its end is the end of its bytes. */
export interface UnnamedIngest extends BlobSink {
  /**
   * Size, where it was said, is right; computes the digest; makes durable; from then on the blob is here. Idempotent. Aborted, it
   * commits nothing and can be repeated.
   *
   * @throws `SIZE_MISMATCH` when bytes are missing: the ingest goes on. A disk that fails: what is there is discarded.
   */
  commit(options?: AbortOptions): Promise<{ readonly digest: Digest; readonly size: number }>
  /** Throws away what is there. Idempotent; after a commit nothing. Does not reject. */
  discard(): Promise<void>
}
