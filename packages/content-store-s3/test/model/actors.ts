import type { Digest } from '@lading/digest'
import { generationKeys, nameKey, parseBlobKey } from '../../src/layout.ts'
import { lookAtBlob, presentGeneration, presentIn, type BlobLook, type Marker } from '../../src/protocol/blob-look.ts'
import { carryOut, forgetMarkers, judge, mark } from '../../src/protocol/collect.ts'
import { createOnce } from '../../src/protocol/create-once.ts'
import { currentVersion, writeVersion } from '../../src/protocol/names.ts'
import { forgetForsaken, forsake, sweep } from '../../src/protocol/forsake.ts'
import { get, now, remove, type Step } from '../../src/protocol/step.ts'
import type { ModelAsk } from './world.ts'

export const blob = `sha256:${'b'.repeat(64)}` as Digest
export const name = 'a'.repeat(64)
export const nonceOf = (who: string): string => who.padStart(16, '0')
export const keysOf = (n: number): ReturnType<typeof generationKeys> => generationKeys(blob, n)
export const versionKey = (n: number): string => nameKey(name, n)

/** Moments. A `create` is done in the moment in which it was asked for. */
export const grace = 2
const basisMs = grace / 2

/** What somebody does wrong on purpose. */
export interface Mistakes {
  readonly adoptsCondemned?: boolean
  readonly skipsLookBeforeDone?: boolean
  readonly namesBeforeWaiting?: boolean
  readonly trustsDate?: boolean
  readonly forgetsAtOnce?: boolean
  readonly decidesAlone?: boolean
  readonly skipsChunks?: boolean
  readonly sweepsAtOnce?: boolean
  readonly adoptsForsaken?: boolean
  readonly attempts?: number
}

const ask = (what: ModelAsk): Step<void> =>
  (function* () {
    yield what as never
  })()
export const wait = (since: number): Step<void> => ask({ ask: 'wait', since, forMs: grace })

export const isLive = (body: string | undefined): boolean => body?.startsWith('set ') === true
export const lowestOf = (done: string): number | undefined => parseBlobKey(done)?.generation

/** Pulls: brings the blob unless it is present, then gives it its name. */
export function* pull(who: string, wrong: Mistakes = {}): Step<string> {
  for (let attempt = 0; attempt < (wrong.attempts ?? 2); attempt++) {
    const since = yield* now()
    const before = yield* currentVersion(name)
    const { look, present } = yield* presentGeneration(blob)
    if (present === undefined) yield* bring(who, attempt, look, wrong)
    else {
      if (isLive(before?.body)) return 'was named'
      const basis = { since, forMs: basisMs }
      if ((yield* writeVersion(name, { after: before?.n, body: `set ${who}`, basis })) !== undefined) return 'named'
    }
  }
  return 'gave up'
}

/** Whoever was there before counts as dead: it may not be, and then both go on. */
function* bring(who: string, attempt: number, look: BlobLook, wrong: Mistakes): Step<string> {
  const n = look.top + 1
  const own = nonceOf(`${who}${attempt}`)
  const basis = { since: look.since, forMs: basisMs }
  if ((yield* createOnce(keysOf(n).claim, own, basis)) !== 'created') return 'taken'
  const floor = wrong.adoptsCondemned === true ? 0 : look.condemned
  const old = look.parts.findLast((part) => part.isData && part.n > floor && !isForsaken(look, part.n, wrong))
  let chunk = keysOf(n).chunk(0, own)
  if (old !== undefined && (yield* get(old.listed.key)) !== undefined) chunk = old.listed.key
  else if ((yield* createOnce(chunk, own)) !== 'created') return 'did not get through'
  let { since } = look
  if (wrong.skipsLookBeforeDone === true) since = yield* now()
  else {
    const last = yield* lookAtBlob(blob)
    const from = chunk === old?.listed.key ? old.n : n
    if (wrong.adoptsCondemned !== true && last.condemned >= from) return 'condemned'
    if (isForsaken(last, from, wrong) || isForsaken(last, n, wrong)) return 'forsaken'
    if (wrong.skipsChunks !== true && !last.parts.some(({ listed }) => listed.key === chunk)) return 'collected'
    ;({ since } = last)
  }
  return yield* createOnce(keysOf(n).done, chunk, { since, forMs: basisMs })
}

const isForsaken = ({ forsaken }: BlobLook, n: number, { adoptsForsaken }: Mistakes): boolean =>
  adoptsForsaken !== true && forsaken.some((marker) => marker.n === n)

/** Brings the blob whether or not it is present, as who knows that the copy that is there is bad. */
export function* replace(who: string, wrong: Mistakes = {}): Step<string> {
  return yield* bring(who, 0, yield* lookAtBlob(blob), wrong)
}

/** Finishes a generation that it claimed long ago. */
export function* finish(n: number, own: string, wrong: Mistakes = {}): Step<string> {
  const chunk = keysOf(n).chunk(0, own)
  const look = yield* lookAtBlob(blob)
  if (look.condemned >= n || isForsaken(look, n, wrong)) return 'announced'
  if (![chunk, keysOf(n).claim].every((key) => look.parts.some(({ listed }) => listed.key === key))) return 'collected'
  return yield* createOnce(keysOf(n).done, chunk, { since: look.since, forMs: basisMs })
}

/** Takes away what an owner left beside what is present. */
export function* clean(who: string, wrong: Mistakes = {}): Step<string> {
  const look = yield* lookAtBlob(blob)
  const newest = presentIn(look)
  const stray = look.parts.findLast(({ n }) => n > look.condemned && n !== newest)
  if (stray === undefined) return 'nothing there'
  const marker = look.forsaken[0] ?? (yield* forsake(blob, stray.n, nonceOf(who)))
  if (wrong.sweepsAtOnce !== true) yield* wait(yield* now())
  const swept = yield* sweep(blob, { marker, forMs: basisMs, lowestOf })
  if (wrong.forgetsAtOnce !== true) yield* wait(yield* now())
  yield* forgetForsaken(blob)
  return `${swept}`
}

/** Collects the blob as one that nobody needs, as it was told a while ago, or goes on with what another collector began. */
export function* collect(who: string, wrong: Mistakes = {}): Step<string> {
  const look = yield* lookAtBlob(blob)
  const [found] = look.markers
  if (found === undefined && look.top === 0) return 'nothing there'
  const marker = found ?? (yield* mark(blob, look.top, nonceOf(who)))
  const seen = yield* now()
  let since = seen
  let needed = wrong.namesBeforeWaiting === true && isLive((yield* currentVersion(name))?.body)
  if (wrong.trustsDate !== true) yield* wait(seen)
  if (wrong.namesBeforeWaiting !== true) {
    since = yield* now()
    needed = isLive((yield* currentVersion(name))?.body)
  } else since = yield* now()
  if (wrong.decidesAlone === true) return yield* decideAlone(marker, needed)
  const judged = yield* judge(blob, { marker, nonce: nonceOf(who), needed, since, forMs: basisMs, lowestOf })
  if (judged === undefined) return 'not now'
  yield* carryOut(blob, marker, basisMs)
  if (wrong.forgetsAtOnce !== true) yield* wait(yield* now())
  yield* forgetMarkers(blob)
  return judged.fate
}

/** Does what it thinks right, whatever another collector thinks of the same marker. */
function* decideAlone(marker: Marker, needed: boolean): Step<string> {
  const { parts } = yield* lookAtBlob(blob)
  if (!needed) for (const { n, listed } of parts.toReversed()) if (n <= marker.n) yield* remove(listed.key)
  yield* remove(keysOf(marker.n).condemned(marker.nonce))
  return needed ? 'kept' : 'doomed'
}

/** Removes the name. */
export function* forget(who: string): Step<string> {
  const since = yield* now()
  const before = yield* currentVersion(name)
  if (!isLive(before?.body)) return 'had none'
  const written = yield* writeVersion(name, {
    after: before?.n,
    body: `removed ${who}`,
    basis: { since, forMs: basisMs },
  })
  return written === undefined ? 'lost' : 'removed'
}

/** Finds the blob by its name and reads it: to be read, it is. */
export function* read(): Step<string> {
  for (let attempt = 0; attempt < 3; attempt++) {
    if (!isLive((yield* currentVersion(name))?.body)) return 'has no name'
    const { parts } = yield* lookAtBlob(blob)
    for (const { isDone, listed } of parts.toReversed()) {
      const chunk = isDone ? yield* get(listed.key) : undefined
      if (chunk !== undefined && (yield* get(chunk)) !== undefined) return 'read'
    }
  }
  return 'not whole'
}
