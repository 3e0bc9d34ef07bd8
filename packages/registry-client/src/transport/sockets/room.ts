import type { GiveBack } from '@lading/content'
import type { Piece, Pieces } from './pieces.ts'

/** What was read, and somebody's hold on it. */
export interface Filled {
  readonly piece: Piece
  readonly bytes: Buffer
  readonly letGo: GiveBack
}

/** Room that one connection reads into: one piece after the other, each filled from its start to near its end. */
export interface Room {
  /** Where the next bytes go. */
  next(): Buffer
  /** So many came. */
  fill(length: number): Filled
  /** Nothing is read any more. */
  close(): void
}

/** @param least bytes of room that are worth a read; what is left of a piece below that stays empty */
export function createRoom(pieces: Pieces, least: number): Room {
  let piece: Piece | undefined
  let letGo: GiveBack | undefined
  let at = 0
  const close = (): void => {
    letGo?.()
    piece = letGo = undefined
    at = 0
  }
  return {
    next() {
      // Everybody else has let go of it.
      if (piece?.holders === 1) at = 0
      if (piece !== undefined && piece.bytes.byteLength - at < least) close()
      if (piece === undefined) {
        piece = pieces.take()
        letGo = piece.hold()
      }
      return at === 0 ? piece.bytes : piece.bytes.subarray(at)
    },
    fill(length) {
      if (piece === undefined) throw new Error('something came into no room')
      const filled = { piece, bytes: piece.bytes.subarray(at, at + length), letGo: piece.hold() }
      at += length
      return filled
    },
    close,
  }
}
