import type { AbortOptions } from '@lading/clock'
import type { Amount, ContentStore, Leftovers } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { ageingClock } from '../ageing-clock.ts'
import type { Engine } from '../blobs/engine.ts'
import { copiesOf, countLeftovers, plus } from '../blobs/leftovers.ts'
import type { UnnamedContent } from '../blobs/unnamed-leftovers.ts'
import { generationKeys, parseBlobKey } from '../layout.ts'
import { newNonce } from '../nonce.ts'
import type { BlobLook, Marker } from '../protocol/blob-look.ts'
import { carryOut, condemn, forgetMarkers, judge } from '../protocol/collect.ts'
import { forgetForsaken, sweep } from '../protocol/forsake.ts'
import { run, type Ground } from '../protocol/run.ts'
import { collectorSeat } from './collector-seat.ts'
import { createForsaking, lowestOf } from './forsake-leftovers.ts'
import {
  forsakenKey,
  isGone,
  keysIn,
  lookAtAll,
  markerKey,
  remainsOf,
  sweptIn,
  sweptKey,
  type Looked,
} from './look-at-all.ts'
import { createObservations } from './observations.ts'
import { createTrimming } from './trim-names.ts'

const nothing: Amount = { files: 0, bytes: 0 }
const nobody: ReadonlySet<Digest> = new Set()

/** What waits for its last look. */
type Waiting = readonly (readonly [Pick<BlobLook, 'digest'>, Marker])[]

/**
 * How content goes away. Removing condemns; emptying the trash looks once more at what was condemned for the grace time, and
 * deletes it or takes it back. What this process has not seen for so long stays for the next one, unless it is patient.
 *
 * Everything is listed by one process of those that share the store, four times in the grace time; by each that is
 * patient or is asked for all of it (`quarantine`). Others look at what they have removed themselves.
 */
export function createCollection(
  engine: Engine,
  { patient = false }: { readonly patient?: boolean | undefined } = {},
): Pick<ContentStore, 'remove' | 'emptyTrash'> {
  const { objects, times, clock } = engine
  const ground: Ground = { objects, now: ageingClock(clock) }
  const forMs = times.graceMs / 2
  /** Keys that never come again, and what is left of blobs that are gone. */
  const observed = createObservations(() => clock.now())
  const isSettled = (key: string): boolean => clock.now() - (observed.since(key) ?? Infinity) >= times.graceMs
  const isOurs = collectorSeat(objects, { clock, everyMs: times.graceMs / 4 })
  const trim = createTrimming(ground, isSettled)
  const forsakeLeftovers = createForsaking(engine, ground, observed.add)

  async function look(options: AbortOptions = {}): Promise<Looked> {
    const looked = await lookAtAll(objects, options)
    // Seen, so that a later look knows for how long it was there.
    observed.see(keysIn(looked))
    return looked
  }

  const waitingIn = ({ marked }: Looked): Waiting =>
    marked.flatMap((blob) => (isGone(blob) ? [] : blob.markers.map((marker) => [blob, marker] as const)))

  /** What this process has condemned itself, or seen at its last look at everything. */
  const waitingAsSeen = (): Waiting =>
    [...observed.keys()].flatMap((key) => {
      const { digest, generation: n, part, collector: nonce } = parseBlobKey(key) ?? {}
      return digest === undefined || n === undefined || nonce === undefined || part !== 'condemned'
        ? []
        : [[{ digest }, { n, nonce }] as const]
    })

  async function lastLook(waiting: Waiting, ask: () => Promise<ReadonlySet<Digest>>): Promise<Amount> {
    const due = waiting.filter(([blob, marker]) => isSettled(markerKey(blob, marker)))
    if (due.length === 0) return nothing
    let freed = nothing
    const since = ground.now()
    const needed = await ask()
    for (const [blob, marker] of due) {
      const { digest } = blob
      const judging = { marker, nonce: newNonce(), needed: needed.has(digest), since, forMs, lowestOf }
      const judged = await run(judge(digest, judging), ground)
      observed.forget(markerKey(blob, marker))
      if (judged === undefined) continue
      const amount = judged.fate === 'doomed' ? await copiesOf(engine, digest, judged.done) : nothing
      await run(carryOut(digest, marker, forMs), ground)
      freed = plus(freed, amount)
    }
    return freed
  }

  /** What is left of what went, and generations that nobody finishes. */
  async function tidy({ marked }: Looked): Promise<void> {
    for (const blob of marked) {
      const { digest } = blob
      if (isGone(blob) && isSettled(remainsOf(blob))) await run(forgetMarkers(digest), ground)
      const swept = sweptIn(blob)
      if (swept.some((marker) => isSettled(sweptKey(blob, marker)))) await run(forgetForsaken(digest), ground)
      for (const marker of blob.forsaken)
        if (!swept.includes(marker) && isSettled(forsakenKey(blob, marker))) {
          await run(sweep(digest, { marker, forMs, lowestOf }), ground)
          observed.add(sweptKey(blob, marker))
        }
    }
  }

  /** What processes left that were not heard of for the grace time. Nobody else could go on with it. */
  async function removeUnnamed(unnamed: readonly UnnamedContent[]): Promise<Amount> {
    let removed = nothing
    for (const { state, keys, size } of unnamed) {
      if (!isSettled(state)) continue
      for (const key of keys) await objects.remove(key)
      removed = plus(removed, { files: keys.length, bytes: size })
    }
    return removed
  }

  return {
    async remove(digest, { assertHeld } = {}) {
      // Names that are changed from now on do not build on it any more.
      await assertHeld?.()
      const marker = await run(condemn(digest, newNonce()), ground)
      if (marker !== undefined) observed.add(generationKeys(digest, marker.n).condemned(marker.nonce))
      return marker !== undefined
    },
    async emptyTrash({ needed = () => Promise.resolve(nobody), quarantine = false, dryRun = false, own = false } = {}) {
      if (dryRun) return only((await countLeftovers(engine)).trash)
      if (!patient && !quarantine && (own || !(await isOurs()))) return only(await lastLook(waitingAsSeen(), needed))
      let looked = await look()
      const since = waitingIn(looked).map(([blob, marker]) => observed.since(markerKey(blob, marker)) ?? clock.now())
      if (patient && since.length > 0) {
        const leftMs = Math.max(...since) + times.graceMs - clock.now()
        if (leftMs > 0) await clock.sleep(leftMs)
        looked = await look()
      }
      const freed = await lastLook(waitingIn(looked), needed)
      await tidy(looked)
      await trim(looked.versions)
      await forsakeLeftovers(looked.littered, { quarantine })
      return { ...only(freed), temporary: await removeUnnamed(looked.unnamed) }
    },
  }
}

const only = (trash: Amount): Leftovers => ({ trash, quarantine: nothing, downloads: nothing, temporary: nothing })
