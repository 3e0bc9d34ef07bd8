import type { Digest } from '@lading/digest'
import type { Growth } from './growth.ts'

/** One blob on its way in. Satisfies registry-client's `BlobSink`. One owner; everything is kept on disk for resume until `discard`. */
export interface Ingest {
  readonly digest: Digest
  readonly size: number
  /** Bytes that are on disk and hashed: where a request starts. Changes as bytes arrive. */
  readonly offset: number
  /** Of the bytes that are there: a strong ETag, or what the source gave. */
  readonly validator: string | undefined
  /** Before the first `write` of each answer. `start` 0 while `offset` is not: everything comes again, a new generation. */
  begin(answer: { readonly start: number; readonly validator?: string | undefined; readonly source: string }): void | Promise<void>
  /** Takes ownership of the chunk. A returned promise asks for a pause. Refuses a byte beyond `size`. */
  write(chunk: Uint8Array): void | Promise<void>
  readonly growth: Growth
  /** Verifies size, then digest; syncs; renames into `blobs/`. On a mismatch it throws and discards what is there. */
  commit(options?: { signal?: AbortSignal | undefined }): Promise<void>
  /** Lets go, keeping the bytes for a later `ingest` of the same digest, in this process or another. Idempotent. */
  close(): Promise<void>
  /** Throws away what is there. Idempotent. */
  discard(): Promise<void>
}
