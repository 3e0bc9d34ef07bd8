/** Called once, when nobody looks at a chunk any more: whoever gave it uses its memory for something else from then on. */
export type GiveBack = () => void

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
  /**
   * The chunk is the sink's from now on: its giver does not read it again, and the sink may even change it. A promise asks
   * for a pause, and says nothing of when the chunk was used.
   *
   * @param giveBack whoever is done with the chunk calls it, at any time, also within this call: a disk with what is
   *   written, a connection with what is sent. A sink that keeps chunks or fails does not, and that is no leak. Absent:
   *   the memory is of no use to the giver. A part of the chunk, or a copy of a reference to it, counts as looking at it.
   */
  write(chunk: Uint8Array, giveBack?: GiveBack): void | Promise<void>
}
