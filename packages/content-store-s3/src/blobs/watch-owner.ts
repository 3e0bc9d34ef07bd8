import type { AbortOptions, Clock } from '@lading/clock'
import type { Digest } from '@lading/digest'
import { generationKeys } from '../layout.ts'
import type { Objects } from '../objects.ts'
import type { Times } from '../times.ts'
import { ownerBytesLimit, parseBeat } from './owner-documents.ts'

/** Looks at the owner of a generation. `false`: nobody brings the blob any more in this generation. */
export type OwnerWatch = (generation: number, options?: AbortOptions) => Promise<boolean>

/**
 * An observer's view of the owners of one blob. Its own monotonic clock alone decides: an owner is dead when its beat was
 * seen unchanged for `deadMs`, look after look. Between two looks that are far apart the store may not have answered, to
 * the owner neither, so the time before them does not count.
 */
export function watchOwner(
  objects: Objects,
  digest: Digest,
  { times: { deadMs }, clock }: { readonly times: Times; readonly clock: Clock },
): OwnerWatch {
  const longestGapMs = deadMs / 3
  let seen: { readonly generation: number; readonly beat: string; readonly sinceMs: number; lastMs: number } | undefined
  return async (generation, options) => {
    const askedMs = clock.now()
    const bytes = await objects.get(generationKeys(digest, generation).beat, { ...options, maxBytes: ownerBytesLimit })
    const nowMs = clock.now()
    const beat = parseBeat(bytes)
    if (beat !== undefined && beat.state !== 'going') return false
    const said = beat === undefined ? '' : `${beat.nonce} ${beat.count}`
    if (
      seen === undefined ||
      seen.generation !== generation ||
      seen.beat !== said ||
      nowMs - seen.lastMs > longestGapMs
    )
      seen = { generation, beat: said, sinceMs: nowMs, lastMs: nowMs }
    seen.lastMs = nowMs
    return askedMs - seen.sinceMs < deadMs
  }
}
