import type { Bounds } from './bounds.ts'
import { corrupt, tooLarge } from './tar-error.ts'
import type { Sparse } from './tar-entry.ts'

/** Checks a map: in order, without overlaps, nothing after the end, and as long as the body. */
export function checkSparse(sparse: Sparse, bodySize: number, offset: number, { maxSparseSize }: Bounds): void {
  if (sparse.size > maxSparseSize) throw tooLarge(`a sparse file of ${sparse.size} bytes`, 'maxSparseSize', offset)
  let end = 0
  let sum = 0
  for (const piece of sparse.pieces) {
    if (piece.offset < end) throw corrupt('pieces of a sparse file overlap', offset)
    end = piece.offset + piece.length
    sum += piece.length
    if (end > sparse.size) throw corrupt('a piece of a sparse file is beyond its end', offset)
  }
  if (sum !== bodySize)
    throw corrupt(`the pieces of a sparse file have ${sum} bytes, but its body has ${bodySize}`, offset)
}
