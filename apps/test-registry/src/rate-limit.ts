import { failure } from './http/registry-errors.ts'
import type { RegistryRequest, Reply, ReplyHeaders } from './http/message.ts'
import type { Route } from './route.ts'

/** So many requests in so long a time, by the registry's clock, from everybody together. */
export interface RateLimit {
  readonly limit: number
  readonly windowSeconds: number
  /** `manifests`: GETs of manifests, HEAD is free (default); `requests`: everything. */
  readonly counts?: 'manifests' | 'requests' | undefined
  /** `ratelimit-limit`, `ratelimit-remaining` and `docker-ratelimit-source` on manifests, as Docker Hub sends them. Default false. */
  readonly headers?: boolean | undefined
  /** `Retry-After` in seconds with 429. Default false. */
  readonly retryAfter?: boolean | undefined
  /** Of the error body. */
  readonly message?: string | undefined
}

export interface RateLimiter {
  /** Counts the request. The answer to send when there have been too many. */
  meet(request: RegistryRequest, route: Route): Reply | undefined
  /** For the answer of a request that was let through. */
  headers(route: Route): ReplyHeaders
}

export function createRateLimiter(
  { limit, windowSeconds, counts = 'manifests', headers = false, retryAfter = false, message }: RateLimit,
  now: () => number,
): RateLimiter {
  let began = Number.NEGATIVE_INFINITY
  let used = 0
  const current = (): void => {
    if (now() - began < windowSeconds * 1000) return
    began = now()
    used = 0
  }
  const own = ({ kind }: Route): ReplyHeaders =>
    headers && kind === 'manifest'
      ? {
          'ratelimit-limit': `${limit};w=${windowSeconds}`,
          'ratelimit-remaining': `${Math.max(0, limit - used)};w=${windowSeconds}`,
          'docker-ratelimit-source': '127.0.0.1',
        }
      : {}
  return {
    meet({ method }, route) {
      current()
      if (counts === 'manifests' && (route.kind !== 'manifest' || method !== 'GET')) return undefined
      if (used >= limit) {
        const wait = Math.ceil((began + windowSeconds * 1000 - now()) / 1000)
        return failure('TOOMANYREQUESTS', undefined, {
          message,
          headers: { ...own(route), ...(retryAfter ? { 'retry-after': String(wait) } : {}) },
        })
      }
      used += 1
      return undefined
    },
    headers: own,
  }
}
