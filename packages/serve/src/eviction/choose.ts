import type { Digest } from '@lading/digest'

/** Something that may go. */
export interface Candidate {
  readonly digest: Digest
  /** In bytes. */
  readonly size: number
  /** Milliseconds since the epoch. */
  readonly usedAt: number
}

/**
 * What goes so that at least `excess` bytes do: least recently used first; of what was used in the same moment the largest,
 * for then the fewest are fetched again.
 */
export function chooseForEviction(candidates: readonly Candidate[], excess: number): readonly Candidate[] {
  const going: Candidate[] = []
  let left = excess
  for (const candidate of candidates.toSorted((one, other) => one.usedAt - other.usedAt || other.size - one.size)) {
    if (left <= 0) break
    going.push(candidate)
    left -= candidate.size
  }
  return going
}
