import type { AbortOptions } from '@lading/clock'
import type { BlobAddress, Waiting } from '@lading/content-store'
import { measurePace, type Pace } from '@lading/content-store/engine'
import { printable } from '@lading/errors'
import { generationKeys } from '../layout.ts'
import type { Engine } from './engine.ts'
import type { Generations } from './generations.ts'
import { ownerBytesLimit, parseClaim, type Claim } from './owner-documents.ts'

/** Shorter waits are everyday life of processes that share a store. */
const worthTellingMs = 1_000

/** Looks further apart tell of a store that was away, and not of a slow owner. */
const mostBetweenMs = 2_000

/** An owner that lives and is waited for. */
interface Rival {
  readonly generation: number
  readonly sinceMs: number
  readonly pace: (there: number) => Pace
  claim?: Claim | undefined
  told: boolean
}

/**
 * Looks after one wait for another process that brings a blob: tells of it, and measures its pace.
 *
 * @returns asked at each look: whether the owner is so slow that another one is tried. Nobody is outrun who has outrun
 *   somebody: where all are slow, the blob does not go from hand to hand.
 */
export function watchRival(
  { objects, times, clock, rivals: { onWaiting, overtaking } }: Engine,
  { digest, size }: BlobAddress,
): (found: Generations, options?: AbortOptions) => Promise<boolean> {
  let rival: Rival | undefined
  return async (found, options) => {
    const { claim: key } = generationKeys(digest, found.top)
    const now = (): number => clock.now()
    if (rival?.generation !== found.top) {
      const pace = measurePace({ ...overtaking, size, now, mostBetweenMs: Math.max(mostBetweenMs, 4 * times.pollMs) })
      rival = { generation: found.top, sinceMs: now(), pace, told: false }
    }
    const { slow } = rival.pace(lengthOf(found))
    const isTold = rival.told || now() - rival.sinceMs < worthTellingMs
    if (isTold && !slow) return false
    rival.claim ??= parseClaim(await objects.get(key, { ...options, maxBytes: ownerBytesLimit }))
    if (!isTold) {
      rival.told = true
      onWaiting?.(waitingFor(rival.claim, { path: key, digest, silenceMs: times.deadMs }))
    }
    return slow && rival.claim?.overtakes === false
  }
}

/** How far the blob has come, whoever brought it. */
const lengthOf = ({ all }: Generations): number =>
  Math.max(0, ...all.flatMap(({ chunks }) => chunks.map(({ offset, size }) => offset + size)))

function waitingFor(
  claim: Claim | undefined,
  { path, digest, silenceMs }: { readonly path: string; readonly digest: string; readonly silenceMs: number },
): Waiting {
  const who = claim === undefined ? 'an unknown process' : `process ${claim.pid} on ${printable(claim.host, 100)}`
  return {
    path,
    pid: claim?.pid,
    host: claim?.host,
    silenceMs,
    message: `waiting for ${who}, which downloads ${digest}; should it be gone, this one goes on in ${silenceMs / 1000} s`,
  }
}
