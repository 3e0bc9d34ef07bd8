import { openRecord, sealRecord } from '@lading/content-store'
import { isLadingError } from '@lading/errors'
import { isTag } from '@lading/reference'
import type { Records, TagsPage } from '../contracts.ts'
import type { Place } from '../request/choose-upstream.ts'
import type { OnServeEvent } from '../serve-event.ts'
import type { Absences } from '../upstream/absences.ts'
import type { AskUpstream, Asker } from '../upstream/ask-upstream.ts'
import { notThere } from '../upstream/error-answer.ts'
import { isMissing, isPassing, isRefusal } from '../upstream/judge-failure.ts'
import { keyOfPlace, nameOfPlace } from './place-key.ts'
import { createRemembered } from './remembered.ts'

/** Which part of a list was asked for. */
interface TagsRange {
  readonly n?: number | undefined
  readonly last?: string | undefined
}

interface TagListAnswer extends TagsPage {
  /** Milliseconds since the epoch: when the upstream said so. */
  readonly checkedAt: number
  /** Why the upstream could not be asked again. */
  readonly stale?: string | undefined
  readonly from: 'cache' | 'upstream'
}

/** Lists of tags as their upstreams gave them. */
export interface TagLists {
  /** @throws ServeError 404; what the upstream throws */
  page(place: Place, range: TagsRange, asker: Asker): Promise<TagListAnswer>
}

export interface TagListParts {
  readonly records: Records
  readonly ask: AskUpstream
  readonly absences: Absences
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly ttlMs: number
  readonly onEvent: OnServeEvent
}

type Kept = Omit<TagListAnswer, 'from' | 'stale'>

/** Pages have any `n` and any `last`: so many of them are kept in memory, and none on disk. */
const mostPages = 200

export function createTagLists({ records, ask, absences, now, ttlMs, onEvent }: TagListParts): TagLists {
  const recent = createRemembered<Kept>(mostPages)

  /** What is asked for without `n` and `last` outlives this process. */
  async function before(place: Place, range: TagsRange): Promise<Kept | undefined> {
    const known = recent.get(keyOf(place, range))
    if (known !== undefined || !isWhole(range)) return known
    const found = openList(await records.get(recordOf(place)), nameOfPlace(place))
    if (found !== undefined) recent.set(keyOf(place, range), found)
    return found
  }

  async function refresh(place: Place, range: TagsRange, asker: Asker): Promise<Kept> {
    const { upstream, repository } = place
    const key = keyOf(place, range)
    const put = async (_: unknown, options: { readonly signal: AbortSignal }): Promise<Kept> => {
      const { n, last } = range
      // An upstream gives no page of nothing; whether the repository is there it says.
      const { tags, more } =
        n === 0
          ? { ...(await upstream.tags(repository, { ...options, n: 1, last })), tags: [], more: false }
          : await upstream.tags(repository, { ...options, n, last })
      const page = { tags, more, checkedAt: now() }
      recent.set(key, page)
      if (isWhole(range)) await records.put(recordOf(place), sealRecord({ place: nameOfPlace(place), ...page }))
      return page
    }
    try {
      return await ask(place, { need: 'tags', what: JSON.stringify([range.n, range.last]), put }, asker)
    } catch (error) {
      if (isMissing(error)) absences.add(key)
      if (isMissing(error) || isRefusal(error)) {
        recent.delete(key)
        if (isWhole(range)) await records.remove(recordOf(place))
      }
      throw error
    }
  }

  return {
    async page(place, range, asker) {
      const known = await before(place, range)
      // A clock that was set back makes nothing young.
      if (known !== undefined && known.checkedAt <= now() && now() - known.checkedAt < ttlMs)
        return { ...known, from: 'cache' }
      if (absences.has(keyOf(place, range))) throw notThere('tags', place)
      try {
        return { ...(await refresh(place, range, asker)), from: 'upstream' }
      } catch (error) {
        if (known === undefined || !isPassing(error)) throw error
        const code = isLadingError(error) ? error.code : 'UNKNOWN'
        const ageMs = Math.max(0, now() - known.checkedAt)
        const { upstream, repository } = place
        onEvent({ type: 'stale', need: 'tags', ageMs, code, host: upstream.host, repository })
        return { ...known, stale: code, from: 'cache' }
      }
    },
  }
}

function openList(bytes: Uint8Array | undefined, name: string): Kept | undefined {
  const { place, tags, more, checkedAt } = openRecord(bytes ?? new Uint8Array())
  if (place !== name || typeof more !== 'boolean' || typeof checkedAt !== 'number') return undefined
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string' && isTag(tag))) return undefined
  return { tags: tags as readonly string[], more, checkedAt }
}

const isWhole = ({ n, last }: TagsRange): boolean => n === undefined && last === undefined

const keyOf = (place: Place, { n, last }: TagsRange): string => JSON.stringify(['tags', nameOfPlace(place), n, last])

const recordOf = (place: Place): string => `lists/${keyOfPlace(place)}`
