import type { Clock } from '@lading/clock'
import type { Descriptor } from '@lading/manifest'
import { isLadingError } from '@lading/errors'
import type { Records } from '../contracts.ts'
import type { Place } from '../request/choose-upstream.ts'
import type { OnServeEvent } from '../serve-event.ts'
import type { Absences } from '../upstream/absences.ts'
import type { AskUpstream, Asker } from '../upstream/ask-upstream.ts'
import { notThere } from '../upstream/error-answer.ts'
import { isMissing, isPassing, isRefusal } from '../upstream/judge-failure.ts'
import { ServeError } from '../serve-error.ts'
import { openDescriptor, sealDescriptor } from './descriptor-record.ts'
import { keyOfPlace, keyOfText, nameOfPlace } from './place-key.ts'
import type { Proofs } from './proofs.ts'
import { createRemembered } from './remembered.ts'

export interface TagAnswer {
  readonly descriptor: Descriptor
  /** Milliseconds since the epoch: when the upstream said so. */
  readonly checkedAt: number
  /** Why the upstream could not be asked again. */
  readonly stale?: string | undefined
}

export interface Tags {
  /** @throws ServeError 404; what the upstream's source throws */
  resolve(place: Place, tag: string, asker: Asker): Promise<TagAnswer>
  /** What it points to is here: from now on this is what is served when the upstream cannot be asked. */
  settle(place: Place, tag: string, answer: TagAnswer): Promise<void>
  /** What is served when the upstream fails like this; `undefined`: nothing. */
  instead(place: Place, tag: string, error: unknown): Promise<TagAnswer | undefined>
  /** Of a repository, by name: those whose manifests were served. */
  here(place: Place): Promise<readonly string[]>
  /** What a tag was when its manifest was last served. */
  known(place: Place, tag: string): Promise<Descriptor | undefined>
}

/** Tags. */
const mostRemembered = 20_000

/** In milliseconds. A registry client repeats what may pass, which may take minutes. */
const patienceMs = 10_000

export interface TagParts {
  readonly clock: Pick<Clock, 'sleep'>
  readonly records: Records
  readonly ask: AskUpstream
  readonly proofs: Proofs
  readonly absences: Absences
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly ttlMs: number
  readonly offline: boolean
  readonly onEvent: OnServeEvent
}

export function createTags(parts: TagParts): Tags {
  const { records, ask, proofs, absences, clock, now, ttlMs, offline, onEvent } = parts
  /** Also those whose manifests nobody asked for. */
  const recent = createRemembered<TagAnswer>(mostRemembered)
  /** What the records say. */
  const read = createRemembered<TagAnswer>(mostRemembered)

  const settled = async (place: Place, tag: string): Promise<TagAnswer | undefined> => {
    const known = read.get(nameOf(place, tag))
    if (known !== undefined) return known
    const found = openDescriptor(await records.get(keyOf(place, tag)))
    const checkedAt = found?.beside['checkedAt']
    if (found === undefined || found.beside['tag'] !== tag || typeof checkedAt !== 'number') return undefined
    const { mediaType, digest, size } = found
    const answer = { descriptor: { mediaType, digest, size }, checkedAt }
    read.set(nameOf(place, tag), answer)
    return answer
  }
  const forget = async (place: Place, tag: string): Promise<void> => {
    recent.delete(nameOf(place, tag))
    read.delete(nameOf(place, tag))
    await records.remove(keyOf(place, tag))
  }
  /** A clock that was set back makes nothing young. */
  const isYoung = ({ checkedAt }: TagAnswer): boolean => checkedAt <= now() && now() - checkedAt < ttlMs

  async function refresh(place: Place, tag: string, asker: Asker): Promise<TagAnswer> {
    const key = nameOf(place, tag)
    try {
      return await ask(
        place,
        {
          need: 'resolve',
          what: tag,
          async put(source, options) {
            const descriptor = await source.resolve(tag, options)
            await proofs.add(place, 'manifests', descriptor)
            const answer = { descriptor, checkedAt: now() }
            recent.set(key, answer)
            return answer
          },
        },
        asker,
      )
    } catch (error) {
      if (isMissing(error)) absences.add(key)
      // What was so no longer is: it is not served again when the upstream cannot be asked.
      if (isMissing(error) || isRefusal(error)) await forget(place, tag)
      throw error
    }
  }

  /** Where there is something to serve instead, nobody waits for long. The question goes on. */
  async function refreshInTime(place: Place, tag: string, asker: Asker): Promise<TagAnswer> {
    if ((await settled(place, tag)) === undefined) return refresh(place, tag, asker)
    const waiting = new AbortController()
    const late = clock.sleep(patienceMs, { signal: waiting.signal }).then((): never => {
      throw new ServeError('UNAVAILABLE', `${place.upstream.host} did not answer in time`, { status: 504 })
    })
    try {
      return await Promise.race([refresh(place, tag, asker), late])
    } finally {
      waiting.abort()
    }
  }

  async function instead(place: Place, tag: string, error: unknown): Promise<TagAnswer | undefined> {
    if (!isPassing(error)) return undefined
    const before = await settled(place, tag)
    if (before === undefined) return undefined
    const { host } = place.upstream
    const code = isLadingError(error) ? error.code : 'UNKNOWN'
    const ageMs = Math.max(0, now() - before.checkedAt)
    const { digest } = before.descriptor
    onEvent({ type: 'stale', need: 'resolve', tag, digest, ageMs, code, host, repository: place.repository })
    return { ...before, stale: code }
  }

  return {
    instead,
    async resolve(place, tag, asker) {
      const key = nameOf(place, tag)
      if (offline) {
        const before = await settled(place, tag)
        if (before === undefined)
          throw notThere('manifest', place, 'it is not in the cache, and this server is offline')
        return before
      }
      const known = recent.get(key) ?? (await settled(place, tag))
      if (known !== undefined && isYoung(known)) return known
      if (absences.has(key)) throw notThere('manifest', place)
      try {
        return await refreshInTime(place, tag, asker)
      } catch (error) {
        const before = await instead(place, tag, error)
        if (before === undefined) throw error
        return before
      }
    },
    async settle(place, tag, { descriptor, checkedAt, stale }) {
      if (stale !== undefined) return
      const before = await settled(place, tag)
      if (before?.checkedAt === checkedAt && before.descriptor.digest === descriptor.digest) return
      read.set(nameOf(place, tag), { descriptor, checkedAt })
      await records.put(keyOf(place, tag), sealDescriptor(descriptor, { place: nameOfPlace(place), tag, checkedAt }))
    },
    async here(place) {
      const found: string[] = []
      for await (const key of records.keys(`tags/${keyOfPlace(place)}`)) {
        const tag = openDescriptor(await records.get(key))?.beside['tag']
        if (typeof tag === 'string' && keyOf(place, tag) === key) found.push(tag)
      }
      return found.toSorted((one, other) => (one < other ? -1 : 1))
    },
    known: async (place, tag) => (await settled(place, tag))?.descriptor,
  }
}

/** In memory, where no hash is needed. */
const nameOf = (place: Place, tag: string): string => `${nameOfPlace(place)}:${tag}`

const keyOf = (place: Place, tag: string): string => `tags/${keyOfPlace(place)}/${keyOfText(tag)}`
