import type { GiveBack } from '@lading/content'

/** A piece of memory that a connection reads into. It is used again when everybody has let go of it. */
export interface Piece {
  readonly bytes: Buffer
  /** Somebody looks at it, until he calls what he gets. */
  hold(): GiveBack
  /** How many look at it. */
  readonly holders: number
}

/** Memory for all connections of a transport. Whoever keeps a piece makes a new one necessary, and nothing else. */
export interface Pieces {
  /** One that nobody looks at. What is in it is anything. */
  take(): Piece
}

/**
 * @param size of each, in bytes
 * @param mostFree how many are kept for later
 */
export function createPieces(size: number, mostFree: number): Pieces {
  const free: Piece[] = []
  const make = (): Piece => {
    let holders = 0
    const piece: Piece = {
      // Not of the memory that Node shares among small buffers.
      bytes: Buffer.allocUnsafeSlow(size),
      get holders() {
        return holders
      },
      hold() {
        holders++
        let held = true
        return () => {
          if (!held) return
          held = false
          holders--
          if (holders === 0 && free.length < mostFree) free.push(piece)
        }
      },
    }
    return piece
  }
  return { take: () => free.pop() ?? make() }
}
