import type { Emit } from '../client-event.ts'
import type { TransportHeaders } from '../transport.ts'
import type { Concern } from './wire-request.ts'
import { rateLimitOf, type RateLimit } from '../headers/rate-limit.ts'

/** What each host last said of its rate limit. */
export interface RateLimits {
  readonly get: (host: string) => RateLimit | undefined
  /** Reads an answer's headers and tells of what they say. */
  readonly see: (host: string, headers: TransportHeaders) => void
}

export function createRateLimits(emit: Emit): RateLimits {
  const known = new Map<string, RateLimit>()
  return {
    get: (host) => known.get(host.toLowerCase()),
    see(host, headers) {
      const said = rateLimitOf(headers)
      if (said === undefined) return
      known.set(host, said)
      emit({ type: 'rate-limit', host, ...said })
    },
  }
}

/** Each answer may say how many requests are left. */
export const readRateLimits =
  ({ see }: RateLimits): Concern =>
  (next) =>
  (request, receive, options) =>
    next(
      request,
      (head) => {
        see(request.url.host, head.headers)
        return receive(head)
      },
      options,
    )
