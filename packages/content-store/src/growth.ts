/**
 * How far a file under download has grown, published to other threads without a message per chunk.
 *
 * `cells` is a `BigInt64Array` of three, written by one thread and read with `Atomics` by any:
 * `[generation, contiguous length in bytes, state]`. A restart from zero first sets the length to 0, then raises
 * the generation, and only then truncates the file in place; a reader that sees the same generation before and after
 * its read has read bytes of that generation. Each change of any cell is followed by `Atomics.notify` on cell 1.
 */
export interface FileGrowth {
  /** The file while it grows. */
  readonly path: string
  /** Where it is after the commit; a reader that finds no file at `path` opens this one. */
  readonly finalPath: string
  readonly cells: SharedArrayBuffer
}

/** The third cell. Nothing that was computed from the bytes counts before `verified`. */
export const growthState: { readonly growing: 0n; readonly verified: 1n; readonly failed: 2n } = {
  growing: 0n,
  verified: 1n,
  failed: 2n,
}
