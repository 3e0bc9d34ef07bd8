import { namesContent } from '@lading/content'
import { openRecord, sealRecord } from '@lading/content-store'
import { algorithmOf, hexOf, tryParseDigest, type Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import type { Records } from '../contracts.ts'
import type { Place } from '../request/choose-upstream.ts'
import type { OnServeEvent } from '../serve-event.ts'
import type { AskUpstream, Asker } from '../upstream/ask-upstream.ts'
import { notThere } from '../upstream/error-answer.ts'
import { isMissing, isPassing, isRefusal } from '../upstream/judge-failure.ts'
import { keyOfPlace } from './place-key.ts'
import type { Proofs } from './proofs.ts'

interface ReferrersAnswer {
  readonly descriptors: readonly Descriptor[]
  readonly checkedAt: number
  /** Why the upstream could not be asked again. */
  readonly stale?: string | undefined
  readonly from: 'cache' | 'upstream'
}

/** What refers to a manifest, as its upstream said it. */
export interface Referrers {
  /** @throws ServeError 404; what the upstream's source throws */
  of(place: Place, subject: Digest, asker: Asker): Promise<ReferrersAnswer>
}

export interface ReferrersParts {
  readonly records: Records
  readonly ask: AskUpstream
  readonly proofs: Proofs
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly ttlMs: number
  readonly offline: boolean
  readonly onEvent: OnServeEvent
}

/** More are no list that anybody reads. */
const most = 10_000

export function createReferrers({ records, ask, proofs, now, ttlMs, offline, onEvent }: ReferrersParts): Referrers {
  async function read(place: Place, subject: Digest): Promise<ReferrersAnswer | undefined> {
    const { descriptors, checkedAt } = openRecord((await records.get(keyOf(place, subject))) ?? new Uint8Array())
    if (!Array.isArray(descriptors) || typeof checkedAt !== 'number' || !descriptors.every(isDescriptor))
      return undefined
    return { descriptors, checkedAt, from: 'cache' }
  }

  async function refresh(place: Place, subject: Digest, asker: Asker): Promise<ReferrersAnswer> {
    return ask(
      place,
      {
        need: 'referrers',
        what: subject,
        async put(source, options) {
          const descriptors: Descriptor[] = []
          for await (const descriptor of source.referrers?.(subject, options) ?? []) {
            if (descriptors.push(descriptor) >= most) break
          }
          for (const descriptor of descriptors.filter(namesContent)) await proofs.add(place, 'manifests', descriptor)
          const answer = { descriptors, checkedAt: now(), from: 'upstream' } as const
          // A list too long to be kept is asked for again.
          await records.put(keyOf(place, subject), sealRecord({ descriptors, checkedAt: answer.checkedAt }))
          return answer
        },
      },
      asker,
    )
  }

  return {
    async of(place, subject, asker) {
      const before = await read(place, subject)
      if (offline) {
        if (before === undefined)
          throw notThere('referrers', place, 'it is not in the cache, and this server is offline')
        return before
      }
      if (before !== undefined && before.checkedAt <= now() && now() - before.checkedAt < ttlMs) return before
      try {
        return await refresh(place, subject, asker)
      } catch (error) {
        if (isMissing(error) || isRefusal(error)) await records.remove(keyOf(place, subject))
        if (before === undefined || !isPassing(error)) throw error
        const code = isLadingError(error) ? error.code : 'UNKNOWN'
        const ageMs = Math.max(0, now() - before.checkedAt)
        const { upstream, repository } = place
        onEvent({ type: 'stale', need: 'referrers', digest: subject, ageMs, code, host: upstream.host, repository })
        return { ...before, stale: code }
      }
    },
  }
}

function isDescriptor(value: unknown): value is Descriptor {
  if (typeof value !== 'object' || value === null) return false
  const { mediaType, digest, size } = value as Readonly<Record<string, unknown>>
  return (
    typeof mediaType === 'string' &&
    typeof digest === 'string' &&
    tryParseDigest(digest) !== undefined &&
    typeof size === 'number'
  )
}

const keyOf = (place: Place, subject: Digest): string =>
  ['referrers', keyOfPlace(place), algorithmOf(subject), hexOf(subject)].join('/')
