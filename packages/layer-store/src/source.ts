import type { Growth } from '@lading/content-store'
import type { Outcome } from './job.ts'

type SourceFailure = Extract<Outcome, { outcome: 'source' }>

/** What comes next of a blob's bytes. */
export type Piece =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** Everything before is void; the blob comes again from its start. */
  | { readonly kind: 'restart' }
  /** Nothing now: look again later, or when the growth's length changes from `length`. */
  | { readonly kind: 'wait'; readonly growth: Growth; readonly length: bigint }
  /** The end, and all of it was right. */
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly failure: SourceFailure }

/** The bytes of one blob. They lie in a buffer that the next call uses again. */
export interface PieceSource {
  next(): Piece
  close(): void
}

/** A piece that says why there is nothing more. */
export function failed(message: string, cause?: unknown): Piece {
  if (cause === undefined) return { kind: 'failed', failure: { outcome: 'source', message } }
  const { code = '', message: text } = cause as NodeJS.ErrnoException
  return {
    kind: 'failed',
    failure: { outcome: 'source', message, failure: { name: 'Error', code, message: text, options: {} } },
  }
}
