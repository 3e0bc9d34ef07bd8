/**
 * A blob's bytes for whoever has no `Source` of them: in memory, as they come (once), or a function that gives them from
 * any offset on, so that a delivery can go on after a failure. Chunks are given away.
 */
export type BlobSource = Uint8Array | AsyncIterable<Uint8Array> | ((offset: number) => AsyncIterable<Uint8Array>)
