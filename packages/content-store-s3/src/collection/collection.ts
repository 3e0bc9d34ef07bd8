import type { AbortOptions } from '@lading/clock'
import type { Amount, ContentStore, Leftovers } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { ageingClock } from '../ageing-clock.ts'
import { parseDone } from '../blobs/done-document.ts'
import type { Engine } from '../blobs/engine.ts'
import { readGenerations } from '../blobs/generations.ts'
import { condemnedIn, countLeftovers, plus } from '../blobs/leftovers.ts'
import { unnamedContents, type UnnamedContent } from '../blobs/unnamed-leftovers.ts'
import { generationKeys, parseBlobKey } from '../layout.ts'
import { newNonce } from '../nonce.ts'
import { presentIn, type BlobLook, type Marker } from '../protocol/blob-look.ts'
import { carryOut, condemn, forgetMarkers, judge, mark } from '../protocol/collect.ts'
import { bytesOf, run, textOf, type Ground } from '../protocol/run.ts'
import { allBlobs, type ListedBlobLook } from './marked-blobs.ts'
import { createObservations } from './observations.ts'
import { storeTime } from './store-time.ts'
import { listVersions, trimNames, versionKeys } from './trim-names.ts'

const nothing: Amount = { files: 0, bytes: 0 }
const nobody: ReadonlySet<Digest> = new Set()

/**
 * How content goes away. Removing condemns; emptying the trash looks once more at what was condemned for the grace time, and
 * deletes it or takes it back. What this process has not seen for so long stays for the next one, unless it is patient.
 */
export function createCollection(
  engine: Engine,
  { patient = false }: { readonly patient?: boolean | undefined } = {},
): Pick<ContentStore, 'remove' | 'emptyTrash'> {
  const { objects, times, clock } = engine
  const ground: Ground = { objects, now: ageingClock(clock) }
  /** Keys that never come again, and what is left of blobs that are gone. */
  const observed = createObservations(() => clock.now())
  const isSettled = (key: string): boolean => clock.now() - (observed.since(key) ?? Infinity) >= times.graceMs

  /** All that is on its way out. It is seen, so that a later look knows for how long. */
  async function look(options: AbortOptions): Promise<{
    readonly blobs: readonly ListedBlobLook[]
    readonly versions: Awaited<ReturnType<typeof listVersions>>
    readonly unnamed: readonly UnnamedContent[]
  }> {
    const blobs: ListedBlobLook[] = []
    for await (const blob of allBlobs(objects, options)) blobs.push(blob)
    const versions = await listVersions(objects, options)
    const unnamed = await unnamedContents(objects, options)
    observed.see([
      ...blobs.flatMap((blob) => blob.markers.map((marker) => keyOf(blob, marker))),
      ...blobs.flatMap((blob) => (isGone(blob) ? [remainsOf(blob)] : [])),
      ...versionKeys(versions),
      ...unnamed.map(({ state }) => state),
    ])
    return { blobs, versions, unnamed }
  }

  /** What waits for its last look. */
  const waiting = (blobs: readonly BlobLook[]): readonly (readonly [BlobLook, Marker])[] =>
    blobs.flatMap((blob) => (isGone(blob) ? [] : blob.markers.map((marker) => [blob, marker] as const)))

  async function lastLook(
    due: readonly (readonly [BlobLook, Marker])[],
    ask: () => Promise<ReadonlySet<Digest>>,
  ): Promise<Amount> {
    let freed = nothing
    const since = ground.now()
    const needed = await ask()
    for (const [{ digest }, marker] of due) {
      const amount = await condemnedIn(engine, await readGenerations(objects, digest))
      const judging = {
        marker,
        nonce: newNonce(),
        needed: needed.has(digest),
        since,
        forMs: times.graceMs / 2,
        lowestOf,
      }
      const fate = await run(judge(digest, judging), ground)
      if (fate === undefined) continue
      await run(carryOut(digest, marker), ground)
      if (fate === 'doomed') freed = plus(freed, amount)
    }
    return freed
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

  /** Condemns what nobody goes on with, and copies that another one has replaced. They are judged like all else. */
  async function condemnLeftovers(blobs: readonly ListedBlobLook[], quarantine: boolean): Promise<void> {
    let nowMs: number | undefined
    for (const blob of blobs) {
      const { digest, parts, condemned, top, modifiedMs } = blob
      const newest = presentIn(blob)
      if (newest === 0 && top > condemned) {
        nowMs ??= await storeTime(objects)
        if (nowMs - modifiedMs > times.abandonedMs) await run(mark(digest, top, newNonce()), ground)
      } else if (quarantine && parts.some(({ n }) => n > condemned && n < newest)) {
        const done = await objects.get(generationKeys(digest, newest).done)
        const upTo = Math.min(newest, (done && lowestOf(textOf(done))) ?? 0) - 1
        if (upTo > condemned) await run(mark(digest, upTo, newNonce()), ground)
      }
    }
  }

  return {
    async remove(digest, { assertHeld } = {}) {
      // Names that are changed from now on do not build on it any more.
      await assertHeld?.()
      const marker = await run(condemn(digest, newNonce()), ground)
      if (marker !== undefined) observed.add(generationKeys(digest, marker.n).condemned(marker.nonce))
      return marker !== undefined
    },
    async emptyTrash({ needed = () => Promise.resolve(nobody), quarantine = false, dryRun = false } = {}) {
      if (dryRun) return onlyTrash((await countLeftovers(engine)).trash)
      let { blobs, versions, unnamed } = await look({})
      const since = waiting(blobs).map(([blob, marker]) => observed.since(keyOf(blob, marker)) ?? clock.now())
      if (patient && since.length > 0) {
        const leftMs = Math.max(...since) + times.graceMs - clock.now()
        if (leftMs > 0) await clock.sleep(leftMs)
        ;({ blobs, versions, unnamed } = await look({}))
      }
      const due = waiting(blobs).filter(([blob, marker]) => isSettled(keyOf(blob, marker)))
      const freed = due.length === 0 ? nothing : await lastLook(due, needed)
      for (const blob of blobs)
        if (isGone(blob) && isSettled(remainsOf(blob))) await run(forgetMarkers(blob.digest), ground)
      await trimNames(ground, versions, isSettled)
      await condemnLeftovers(blobs, quarantine)
      return { ...onlyTrash(freed), temporary: await removeUnnamed(unnamed) }
    },
  }
}

const onlyTrash = (trash: Amount): Leftovers => ({ trash, quarantine: nothing, downloads: nothing, temporary: nothing })

const keyOf = ({ digest }: BlobLook, { n, nonce }: Marker): string => generationKeys(digest, n).condemned(nonce)

/** Whether nothing of what is condemned is there any more, but its markers. */
const isGone = ({ parts, markers, verdicts, condemned }: BlobLook): boolean =>
  markers.length + verdicts.length > 0 && parts.every(({ n }) => n > condemned)

const remainsOf = ({ digest, markers, verdicts }: BlobLook): string =>
  `${digest} ${[...markers, ...verdicts].map(({ nonce }) => nonce).join(' ')}`

/** Of the generations that chunks are taken from. */
function lowestOf(done: string): number | undefined {
  const parsed = parseDone(bytesOf(done))
  return parsed && Math.min(...parsed.chunks.map(({ key }) => parseBlobKey(key)?.generation ?? 0))
}
