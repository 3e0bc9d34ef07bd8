/** Where a blob's bytes go; content-store's ingest fits. One per range. */
export interface BlobSink {
  /** Bytes already there: where the request starts. */
  readonly offset: number
  /** Where it stops (exclusive), when a blob is fetched in ranges. */
  readonly end?: number | undefined
  /** Of the bytes already there. */
  readonly validator?: string | undefined
  /** `start` 0: the server sends everything again. */
  begin(answer: {
    readonly start: number
    readonly validator?: string | undefined
    readonly source: string
  }): void | Promise<void>
  /** Owns the chunk; a promise asks for a pause. */
  write(chunk: Uint8Array): void | Promise<void>
}
