import type { BlobSink } from '@lading/registry-client'

/** A part of a layer that one request brings. */
export interface RangePiece {
  readonly start: number
  /** Exclusive. */
  end: number
  /** What came and was not passed on yet: what is before it is still missing. */
  readonly kept: Parameters<BlobSink['write']>[]
  /** All that came of it. */
  received: number
  /** What was said of its bytes when they began to come. */
  answer: PieceAnswer | undefined
  /** All before it was passed on, and so is what comes of it, at once. */
  direct: boolean
  running: boolean
}

export interface PieceAnswer {
  readonly validator?: string | undefined
  readonly source: string
  readonly coding?: string | undefined
}

export const newPiece = (start: number, end: number, direct: boolean): RangePiece => ({
  start,
  end,
  kept: [],
  received: 0,
  answer: undefined,
  direct,
  running: false,
})

export const isWhole = ({ start, end, received }: RangePiece): boolean => received === end - start

/** A server that does not send what was asked for, or not of the same bytes: it is asked for no more parts. */
export class NotAPart extends Error {}
