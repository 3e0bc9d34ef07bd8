import { hostname } from 'node:os'
import type { AbortOptions } from '@lading/clock'
import { oneAtATime } from '@lading/content-store/engine'
import { ContentError } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { generationKeys, type GenerationKeys } from '../layout.ts'
import { newNonce } from '../nonce.ts'
import type { Engine } from './engine.ts'
import { readGenerations, type Generations } from './generations.ts'
import { formatBeat, formatClaim, ownerBytesLimit, parseClaim, type Beat } from './owner-documents.ts'

/** A generation of a blob that is ours, until `end`. */
export interface OwnGeneration {
  readonly number: number
  readonly nonce: string
  readonly keys: GenerationKeys
  /** Who sends the bytes. From then on the heart beats, also for others. */
  tell(origin: Pick<Beat, 'validator' | 'source'>, options?: AbortOptions): Promise<void>
  /** Aborted when another owner was seen to have taken it over. */
  readonly inherited: AbortSignal
  /** @throws `LOCK_LOST` when another owner was seen to have taken it over, or this process stood still for too long */
  assertOurs(): void
  /**
   * Looks once more, right before the last step.
   *
   * @param chunks what the last step rests on
   * @throws `LOCK_LOST` when some of it is condemned or gone, or our claim is not there any more
   */
  look(chunks: readonly string[], options?: AbortOptions): Promise<Generations>
  /** Looks whether what is ours still is, before more is made of it. @throws `LOCK_LOST` */
  lookForHeir(options?: AbortOptions): Promise<void>
  /** The heart stops. `state`: what others are told; absent: nothing. */
  end(state?: 'closed' | 'discarded', options?: AbortOptions): Promise<void>
  /** The heart stops in the middle of a beat, as that of a killed process does. */
  stop(): void
}

interface Options extends AbortOptions {
  readonly digest: Digest
  readonly number: number
  /** Nothing before it belongs to it. */
  readonly fresh: boolean
  /** See `Claim`. Default false. */
  readonly overtakes?: boolean | undefined
  /** When it was looked at what there is, by the clock of ages. */
  readonly seenMs: number
}

/** `undefined`: somebody else was first. */
export async function claimGeneration(engine: Engine, options: Options): Promise<OwnGeneration | undefined> {
  const { objects } = engine
  const { digest, number, fresh, overtakes = false, signal } = options
  const keys = generationKeys(digest, number)
  const nonce = newNonce()
  const claim = formatClaim({ nonce, fresh, ...(overtakes ? { overtakes } : {}), host: hostname(), pid: process.pid })
  if ((await objects.create(keys.claim, claim, { signal })) === 'exists') return undefined
  return ownGeneration(engine, options, nonce)
}

function ownGeneration(
  { objects, times, age }: Engine,
  { digest, number, seenMs }: Options,
  nonce: string,
): OwnGeneration {
  const keys = generationKeys(digest, number)
  const heir = generationKeys(digest, number + 1).claim
  const alone = oneAtATime()
  let origin: Pick<Beat, 'validator' | 'source'> = {}
  let count = 0
  let lookedMs = seenMs
  const heirSeen = new AbortController()
  const { signal: inherited } = heirSeen
  let busy = false
  let told = false
  const stopped = new AbortController()
  const { signal: life } = stopped

  const say = (state: Beat['state'], options?: AbortOptions): Promise<void> =>
    alone(async () => {
      told = true
      await objects.put(keys.beat, formatBeat({ nonce, count: ++count, state, ...origin }), options)
    })
  async function lookForHeir(options?: AbortOptions): Promise<void> {
    if (!inherited.aborted && (await objects.stat(heir, options)) !== undefined) heirSeen.abort()
  }
  const beat = async (): Promise<void> => {
    if (busy) return
    busy = true
    try {
      await say('going', { signal: life })
      await lookForHeir({ signal: life })
    } catch {
      // A store that is away is away for everybody, and whoever writes hears of it.
    } finally {
      busy = false
    }
  }
  const lost = (why: string): ContentError =>
    new ContentError('LOCK_LOST', `another process took over the download of ${digest}: ${why}`, {
      digest,
      hint: 'request it again: it is here by now, or it resumes',
    })
  const stoodStill = (): boolean => age() - lookedMs > times.graceMs / 2

  const assertOurs = (): void => {
    if (inherited.aborted) throw lost('another process goes on with it, which took this one for dead or is faster')
  }

  const timer = setInterval(() => void beat(), times.beatMs)
  timer.unref()
  return {
    number,
    nonce,
    keys,
    async tell(of, options) {
      origin = of
      await say('going', options)
    },
    inherited,
    assertOurs,
    async lookForHeir(options) {
      await lookForHeir(options)
      assertOurs()
    },
    async look(chunks, options) {
      const still = stoodStill()
      const nowMs = age()
      const found = await readGenerations(objects, digest, options)
      const there = new Set(
        found.all.flatMap(({ number: at, forsaken, keys: all }) => (at > found.condemned && !forsaken ? all : [])),
      )
      if (!there.has(keys.claim) || !chunks.every((key) => there.has(key))) throw lost('it was removed in the meantime')
      // What was condemned before may have been deleted since, and its numbers given anew.
      if (
        still &&
        parseClaim(await objects.get(keys.claim, { ...options, maxBytes: ownerBytesLimit }))?.nonce !== nonce
      )
        throw lost('it was removed while this process was suspended')
      if (age() - nowMs > times.graceMs / 2) throw lost('this process stood still')
      lookedMs = nowMs
      return found
    },
    async end(state, options) {
      clearInterval(timer)
      if (state !== undefined) await say(state, options)
      else if (told) await alone(() => objects.remove(keys.beat, options))
    },
    stop() {
      clearInterval(timer)
      stopped.abort()
    },
  }
}
