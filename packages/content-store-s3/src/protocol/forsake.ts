import type { Digest } from '@lading/digest'
import { generationKeys } from '../layout.ts'
import { lookAtBlob, type BlobLook, type Marker } from './blob-look.ts'
import { createOnce } from './create-once.ts'
import { get, isOlder, remove, type Step } from './step.ts'

/**
 * How what an owner left goes away where the blob is present without it: one generation alone, which is not done. It is
 * announced first, by a marker of that generation; from then on its owner does not finish it, and nobody adopts anything of it. After
 * the grace time whoever looked before has finished it, or adopted from it, or given up, and it stays so: all who
 * look then see the same, and need no verdict.
 */
export function* forsake(digest: Digest, n: number, nonce: string): Step<Marker> {
  yield* createOnce(generationKeys(digest, n).forsaken(nonce), nonce)
  return { n, nonce }
}

export interface Sweeping {
  /** It must have been seen for the grace time by this observer's monotonic clock. */
  readonly marker: Marker
  /** How long a look counts: whoever stands still for longer begins again. */
  readonly forMs: number
  /** The lowest generation that a blob's `done` takes chunks of; `undefined`: it cannot be read. */
  readonly lowestOf: (done: string) => number | undefined
}

/**
 * Deletes a forsaken generation, or takes the marker back where it is needed after all. The marker of what was deleted
 * stays: see `forgetForsaken`. Idempotent; it can be cut anywhere and done again by anybody.
 *
 * @returns what was deleted, in bytes; `undefined`: the marker is not there, or it took too long
 */
export function* sweep(digest: Digest, { marker, forMs, lowestOf }: Sweeping): Step<number | undefined> {
  const look = yield* lookAtBlob(digest)
  if (!look.forsaken.some((each) => each.nonce === marker.nonce)) return undefined
  if (yield* isNeeded(look, marker.n, lowestOf)) {
    yield* remove(generationKeys(digest, marker.n).forsaken(marker.nonce))
    return 0
  }
  let bytes = 0
  for (const { n, isData, listed } of look.parts) {
    if (n !== marker.n) continue
    if (yield* isOlder({ since: look.since, forMs })) return undefined
    yield* remove(listed.key)
    if (isData) bytes += listed.size
  }
  return bytes
}

function* isNeeded({ digest, parts }: BlobLook, n: number, lowestOf: Sweeping['lowestOf']): Step<boolean> {
  for (const part of parts) {
    if (!part.isDone || part.n < n) continue
    if (part.n === n) return true
    const done = yield* get(generationKeys(digest, part.n).done)
    if (done !== undefined && (lowestOf(done) ?? 0) <= n) return true
  }
  return false
}

/** Removes markers of generations of which nothing else is there, once that was seen for the grace time: as `forgetMarkers`. */
export function* forgetForsaken(digest: Digest): Step<void> {
  const { parts, forsaken } = yield* lookAtBlob(digest)
  for (const { n, nonce } of forsaken)
    if (!parts.some((part) => part.n === n)) yield* remove(generationKeys(digest, n).forsaken(nonce))
}
