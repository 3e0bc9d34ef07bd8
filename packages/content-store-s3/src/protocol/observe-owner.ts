import type { Digest } from '@lading/digest'
import { generationKeys } from '../layout.ts'
import { get, isOlder, now, type Step } from './step.ts'

/** What an observer remembers of the owner that it saw last. */
export interface Sighting {
  readonly generation: number
  /** Its beat, without what it says twice. */
  readonly said: string
  /** When it was first seen saying so, and last, by the observer's own monotonic clock. */
  readonly since: number
  readonly last: number
}

interface Observing {
  readonly before: Sighting | undefined
  readonly deadMs: number
  /** What tells this beat from the one before it. `undefined`: its owner has said that it ended. */
  readonly saidIn: (beat: string | undefined) => string | undefined
}

/**
 * One look at the owner of a generation. It is dead when its beat was seen unchanged for `deadMs`, look after look. Between
 * two looks that are far apart the store may not have answered, to the owner neither, so the time before them does not count.
 *
 * @returns what it was seen as; `undefined`: it brings the blob no more
 */
export function* observeOwner(
  digest: Digest,
  generation: number,
  { before, deadMs, saidIn }: Observing,
): Step<{ readonly lives: boolean; readonly sighting?: Sighting }> {
  const same = before?.generation === generation ? before : undefined
  const isOld = same !== undefined && (yield* isOlder({ since: same.since, forMs: deadMs }))
  const said = saidIn(yield* get(generationKeys(digest, generation).beat))
  if (said === undefined) return { lives: false }
  const at = yield* now()
  if (same?.said !== said || (yield* isOlder({ since: same.last, forMs: deadMs / 3 })))
    return { lives: true, sighting: { generation, said, since: at, last: at } }
  return { lives: !isOld, sighting: { ...same, last: at } }
}
