/** Where a blob's bytes go. One per range. */
export interface BlobSink {
  /** Bytes already there: where a request starts. */
  readonly offset: number
  /** Where it stops (exclusive), when a blob is fetched in ranges. */
  readonly end?: number | undefined
  /** Of the bytes already there: a strong ETag, or whatever else the source gave. */
  readonly validator?: string | undefined
  /** Who sent the bytes already there. They are of no use to another who does not prove, by `validator`, to have the same. */
  readonly source?: string | undefined
  /** Before the first `write` of each answer. `start` 0 while `offset` is not: the source sends everything again. */
  begin(answer: {
    readonly start: number
    readonly validator?: string | undefined
    readonly source: string
    /** The bytes are labelled as coded, which nobody asked for (`Content-Encoding`). They are taken as they are; if they turn out wrong, this may be why. */
    readonly coding?: string | undefined
  }): void | Promise<void>
  /** Whoever sent a chunk may use its memory again once its `write` has settled. Absent: it belongs to the sink for good. */
  readonly givesBack?: true | undefined
  /** Owns the chunk; a promise asks for a pause. */
  write(chunk: Uint8Array): void | Promise<void>
}
