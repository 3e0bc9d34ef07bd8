import type { Digest } from '@lading/digest'
import type { GiveBack } from '@lading/content'
import type { FileGrowth } from './growth.ts'

/** One blob on its way in. Satisfies registry-client's `BlobSink`. One owner; what came is kept for resume until `discard`. */
export interface Ingest<Growth = unknown> {
  readonly digest: Digest
  readonly size: number
  /** Bytes taken and hashed, and written or about to be: where a request starts. Changes as bytes arrive. */
  readonly offset: number
  /** Of the bytes that are there: a strong ETag, or what the source gave. */
  readonly validator: string | undefined
  /** Who sent the bytes that are there, as `begin` was told. */
  readonly source: string | undefined
  /** Before the first `write` of each answer. `start` 0 while `offset` is not: everything comes again, a new generation. @throws `RANGE_MISMATCH` for any other `start` than `offset`, `INGEST_CLOSED`, `LOCK_LOST` when another process took the download over */
  begin(answer: {
    readonly start: number
    readonly validator?: string | undefined
    readonly source: string
  }): void | Promise<void>
  /**
   * Takes ownership of the chunk, and gives it back once it is on its way to the disk. A returned promise asks for a pause; it does not reject. A failed write is thrown by
   * the next `write` or by `commit`. @throws `SIZE_MISMATCH` for a byte beyond `size`, `INGEST_CLOSED`, and what the disk reports
   */
  write(chunk: Uint8Array, giveBack?: GiveBack): void | Promise<void>
  /** For the layer store of the same engine, which follows the bytes while they come. Absent: what is made of the blob is made once it is committed. */
  readonly growth?: Growth | undefined
  /** Of an ingest that yields: aborted, with `INGEST_SUPERSEDED`, when it had better end. `begin` and `write` throw the same from then on. */
  readonly superseded?: AbortSignal | undefined
  /**
   * Verifies size, then digest; makes durable; from then on the blob is here. Idempotent. Aborted, it commits nothing and can be repeated.
   * @throws `SIZE_MISMATCH` when bytes are missing: what is there stays, and the ingest goes on. `DIGEST_MISMATCH`, and a
   *   disk that fails: what is there is discarded. `LOCK_LOST`: another process took the download over and goes on with it.
   */
  commit(options?: { signal?: AbortSignal | undefined }): Promise<void>
  /** Lets go, keeping the bytes for a later `ingest` of the same digest, in this process or another. Idempotent; does not reject: what cannot be kept is thrown away. */
  close(): Promise<void>
  /** Throws away what is there. Idempotent. */
  discard(): Promise<void>
}

/** The same into a file. */
export interface FileIngest extends Ingest<FileGrowth> {
  readonly growth: FileGrowth
}
