import type { Source } from '@lading/content'
import { isLadingError } from '@lading/errors'
import type { Place } from '../request/choose-upstream.ts'
import { ServeError } from '../serve-error.ts'
import type { OnServeEvent, ServeEvent } from '../serve-event.ts'
import { createFlights } from './flights.ts'
import { isMissing } from './judge-failure.ts'

/** Who asks, and until when. */
export interface Asker {
  /** Whose requests count together. */
  readonly client: string
  readonly signal: AbortSignal
}

interface Question<T> {
  readonly need: Extract<ServeEvent, { readonly type: 'upstream' }>['need']
  /** What in the repository: with the need, one question has one answer. */
  readonly what: string
  readonly put: (source: Source, options: { readonly signal: AbortSignal }) => Promise<T>
}

/** Puts a question to an upstream, unless somebody has put the same one and waits for its answer. */
export type AskUpstream = <T>(place: Place, question: Question<T>, asker: Asker) => Promise<T>

export interface AskUpstreamOptions {
  readonly onEvent: OnServeEvent
  /** `0`: now. Else in so many milliseconds. */
  readonly rate?: { take(client: string): number } | undefined
  /** The end of the server. */
  readonly signal: AbortSignal
}

/** @throws of what it returns: ServeError 429; what the upstream's source throws */
export function createAskUpstream({ onEvent, rate, signal }: AskUpstreamOptions): AskUpstream {
  const flights = createFlights()
  return async (place, { need, what, put }, asker) => {
    const { upstream, repository } = place
    const { host } = upstream
    const key = JSON.stringify([need, host, repository, what])
    if (!flights.has(key)) assertRate(rate, asker.client)
    return flights.share(
      key,
      async () => {
        onEvent({ type: 'upstream', need, what, host, repository })
        try {
          return await put(upstream.repository(repository), { signal })
        } catch (error) {
          const { code, message } = isLadingError(error) ? error : { code: 'UNKNOWN', message: String(error) }
          // What is not there is an answer.
          if (!isMissing(error)) onEvent({ type: 'upstream:failed', code, message, host, repository })
          throw error
        }
      },
      { signal: asker.signal },
    )
  }
}

/** @throws ServeError 429 */
export function assertRate(rate: AskUpstreamOptions['rate'], client: string): void {
  const waitMs = rate?.take(client) ?? 0
  if (waitMs === 0) return
  throw new ServeError('TOOMANYREQUESTS', 'this client has requested too much that is not in the cache', {
    status: 429,
    headers: { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) },
  })
}
