import type { SparsePiece } from './tar-entry.ts'

/** A map in blocks of its own. */
export interface MapBlocks {
  take(bytes: Uint8Array, start: number): void
  readonly isWhole: boolean
  readonly pieces: readonly SparsePiece[]
  /** Whether the blocks belong to the entry's size. */
  readonly isCounted: boolean
}
