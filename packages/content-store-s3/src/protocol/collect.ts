import type { Digest } from '@lading/digest'
import { generationKeys } from '../layout.ts'
import { fateOf, lookAtBlob, presentGeneration, type BlobLook, type Fate, type Marker } from './blob-look.ts'
import { createOnce } from './create-once.ts'
import { get, isOlder, remove, type Step } from './step.ts'

/**
 * How a blob goes away where nothing excludes anybody. Somebody who has just found it present may be about to name it, so
 * it is announced first: a marker condemns every generation up to its own, and from then on nobody names or adopts them. After the
 * grace time whoever looked before has named it or given up, so that one last look at leases and names sees them all. What
 * it says is written down once, the verdict, for two collectors may look at different moments; then it is carried out.
 */

/** `undefined`: the blob is not present. */
export function* condemn(digest: Digest, nonce: string): Step<Marker | undefined> {
  const { present } = yield* presentGeneration(digest)
  return present === undefined ? undefined : yield* mark(digest, present.n, nonce)
}

/** Condemns generations up to `n`, whether or not they make the blob present. */
export function* mark(digest: Digest, n: number, nonce: string): Step<Marker> {
  yield* createOnce(generationKeys(digest, n).condemned(nonce), nonce)
  return { n, nonce }
}

export interface Judging {
  /** It must have been seen for the grace time by this observer's monotonic clock. */
  readonly marker: Marker
  /** Different for each judge. */
  readonly nonce: string
  /** What names and leases need, as they were looked at after that time. */
  readonly needed: boolean
  /** When that look began, and how long it counts. */
  readonly since: number
  readonly forMs: number
  /** The lowest generation that a blob's `done` takes chunks of; `undefined`: it cannot be read. */
  readonly lowestOf: (done: string) => number | undefined
}

/** What was decided, and the generations of which a `done` was there then. */
export interface Judged {
  readonly fate: Fate
  readonly done: readonly number[]
}

/** Decides what becomes of a marked blob, unless somebody has. `undefined`: not now. */
export function* judge(digest: Digest, judging: Judging): Step<Judged | undefined> {
  const { marker, nonce, since, forMs } = judging
  const look = yield* lookAtBlob(digest)
  if (!look.markers.some((each) => each.nonce === marker.nonce)) return undefined
  const decided = yield* fateIn(look, judging)
  const key = generationKeys(digest, marker.n).verdict(marker.nonce)
  const creation = yield* createOnce(key, `${decided} ${nonce}`, { since, forMs })
  const fate = creation === 'taken' ? fateOf(yield* get(key)) : creation === 'created' ? decided : undefined
  return fate && { fate, done: look.parts.flatMap(({ n, isDone }) => (isDone && n <= marker.n ? [n] : [])) }
}

/** Whoever began to build on what is condemned before it was has done so by now, or given up. */
function* fateIn({ digest, parts, condemned }: BlobLook, { marker: { n }, needed, lowestOf }: Judging): Step<Fate> {
  let isReplaced = false
  for (const part of parts) {
    if (!part.isDone || part.n <= n) continue
    const done = yield* get(generationKeys(digest, part.n).done)
    if (done === undefined) continue
    if ((lowestOf(done) ?? 0) <= n) return 'kept'
    if (part.n > condemned) isReplaced = true
  }
  return needed && !isReplaced ? 'kept' : 'doomed'
}

/**
 * Does what the verdict on a marker says: takes the marker back, or deletes every generation up to its own. Idempotent; it
 * can be cut anywhere and done again by anybody. The marker of what was deleted stays: see `forgetMarkers`.
 *
 * @param forMs how long its look counts: whoever stands still for longer might delete what has come since under the same number
 * @returns what was deleted, in bytes; `undefined`: there is no marker with a verdict, or it took too long
 */
export function* carryOut(digest: Digest, marker: Marker, forMs: number): Step<number | undefined> {
  const keys = generationKeys(digest, marker.n)
  const look = yield* lookAtBlob(digest)
  const fate = fateOf(yield* get(keys.verdict(marker.nonce)))
  // Verdicts go after their markers: as long as a marker is there, its verdict is the only one that there ever was.
  if (fate === undefined || (yield* get(keys.condemned(marker.nonce))) === undefined) return undefined
  if (fate === 'kept') {
    yield* unmark(digest, marker)
    return 0
  }
  const doomed = look.parts.filter(({ n }) => n <= marker.n)
  let bytes = 0
  // First what makes it present.
  for (const { isData, listed } of [
    ...doomed.filter(({ isDone }) => isDone),
    ...doomed.filter((each) => !each.isDone),
  ]) {
    if (yield* isOlder({ since: look.since, forMs })) return undefined
    yield* remove(listed.key)
    if (isData) bytes += listed.size
  }
  return bytes
}

/**
 * Removes the markers of what was deleted. They stay for the grace time after it: a listing that takes long must not miss
 * both, and somebody who stood still may be about to delete an object of what was there, which must not be a new one whose
 * number began anew.
 */
export function* forgetMarkers(digest: Digest): Step<void> {
  const { parts, markers, verdicts, condemned } = yield* lookAtBlob(digest)
  if (parts.some(({ n }) => n <= condemned)) return
  for (const marker of markers) yield* unmark(digest, marker)
  // Of somebody who was late: nothing follows from it.
  for (const { n, nonce } of verdicts)
    if (!markers.some((each) => each.nonce === nonce)) yield* remove(generationKeys(digest, n).verdict(nonce))
}

function* unmark(digest: Digest, { n, nonce }: Marker): Step<void> {
  const keys = generationKeys(digest, n)
  yield* remove(keys.condemned(nonce))
  yield* remove(keys.verdict(nonce))
}
