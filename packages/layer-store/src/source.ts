import type { FileGrowth } from '@lading/content-store'
import type { BlockingFile } from './blocking-file.ts'
import type { Outcome } from './job.ts'
import { toFailure } from './to-failure.ts'

type SourceFailure = Extract<Outcome, { outcome: 'source' }>

/** What comes next of a blob's bytes. */
export type Piece =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** Everything before is void; the blob comes again from its start. */
  | { readonly kind: 'restart' }
  /** Nothing now: look again later, or when the growth's length changes from `length`. */
  | { readonly kind: 'wait'; readonly growth: FileGrowth; readonly length: bigint }
  /** The end, and all of it was right. */
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly failure: SourceFailure }

/** The bytes of one blob. They lie in a buffer that the next call uses again. */
export interface PieceSource {
  /** Before it says `end`, or starts over, it has closed what it read from: a failure of that is one of the source. */
  next(): Piece
  /** For those that do not come to the end. Never throws. */
  close(): void
}

/** A piece that says why there is nothing more. */
export function failed(message: string, cause?: unknown): Piece {
  const failure = cause === undefined ? undefined : toFailure(cause)
  return { kind: 'failed', failure: { outcome: 'source', message, ...(failure === undefined ? {} : { failure }) } }
}

/** What was read from is done with. */
export function done(file: BlockingFile | undefined, then: Extract<Piece, { kind: 'end' | 'restart' }>): Piece {
  try {
    file?.close()
  } catch (cause) {
    return failed('its file cannot be closed', cause)
  }
  return then
}
