import type { Origin } from './answer.ts'
import type { AuthRule, BearerOptions } from './auth/auth-options.ts'
import { createGate } from './auth/gate.ts'
import { bearersIn, tokenPathOf } from './auth/rules.ts'
import { tokenEndpoint } from './auth/token-endpoint.ts'
import type { Tokens } from './auth/tokens.ts'
import { cdnRoute, createCdn, isSignedPath, registryPath } from './cdn.ts'
import type { Clock } from './clock.ts'
import type { RegistryRequest, Reply } from './http/message.ts'
import type { RateLimiter } from './rate-limit.ts'
import { routeOf, type Route } from './route.ts'
import { handle, type Shelves } from './routes/handle.ts'

export interface OriginsOptions {
  readonly shelves: Shelves
  readonly rules: readonly AuthRule[]
  readonly tokens: Tokens
  readonly clock: Clock
  readonly limiter: RateLimiter | undefined
  /** Known once the second origin listens; no request comes before. */
  readonly cdnUrl: () => string
  readonly registryUrl: () => string
}

/** How long the URL of a redirected blob is good. */
const redirectLifeMs = 60_000

/** The registry and its CDN. Both have the token endpoints, so that a challenge can lead to another host. */
export function createOrigins({ shelves, rules, tokens, clock, limiter, cdnUrl, registryUrl }: OriginsOptions): {
  readonly registry: Origin
  readonly cdn: Origin
} {
  const { quirks } = shelves
  const cdn = createCdn(shelves, clock.now)
  const tokenPaths = ['/token', ...rules.flatMap(bearersIn).map(tokenPathOf)]
  const realm = ({ headers, scheme }: RegistryRequest, bearer: BearerOptions): string => {
    // On loopback the two differ in their port alone, which is the same host to a client.
    if (quirks.tokensElsewhere === true)
      return `${cdnUrl().replace('//127.0.0.1:', '//localhost:')}${tokenPathOf(bearer)}`
    if (bearer.realm === 'cdn') return `${cdnUrl()}${tokenPathOf(bearer)}`
    return bearer.realm ?? `${scheme}://${headers.host ?? ''}${tokenPathOf(bearer)}`
  }
  const token = (request: RegistryRequest): Promise<Reply> =>
    tokenEndpoint(request, { rules, tokens, now: clock.now, quirks })
  const signedUrl = (request: RegistryRequest, expiresInMs: number): string =>
    `${cdnUrl()}${cdn.sign(request.path, expiresInMs)}`
  const gate = createGate({ rules, tokens, realm, quirks })
  const mayReadAs =
    (request: RegistryRequest) =>
    (repository: string): boolean =>
      gate({ ...request, method: 'GET' }, { kind: 'blob', repository }, { counted: false }) === undefined
  const limited = async (request: RegistryRequest, route: Route): Promise<Reply> => {
    const refused = limiter?.meet(request, route)
    if (refused !== undefined) return refused
    const answer = await handle(request, route, shelves, {
      mayRead: mayReadAs(request),
      signedUrl: () =>
        quirks.redirectBlobs === 'same-origin'
          ? cdn.sign(request.path, redirectLifeMs)
          : signedUrl(request, redirectLifeMs),
    })
    return limiter === undefined ? answer : { ...answer, headers: { ...answer.headers, ...limiter.headers(route) } }
  }
  return {
    registry: {
      name: 'registry',
      route: (path) =>
        quirks.redirectBlobs === 'same-origin' && isSignedPath(path)
          ? cdnRoute(path, tokenPaths)
          : routeOf(path, tokenPaths),
      gate: (request, route) => (route.kind === 'token' || route.kind === 'cdn' ? undefined : gate(request, route)),
      answer: (request, route) =>
        route.kind === 'token' ? token(request) : route.kind === 'cdn' ? cdn.answer(request) : limited(request, route),
      signedUrl,
      registryUrl: ({ path }) => `${registryUrl()}${path}`,
    },
    cdn: {
      name: 'cdn',
      route: (path) => cdnRoute(path, tokenPaths),
      gate: () => undefined,
      answer: (request, route) => (route.kind === 'token' ? token(request) : cdn.answer(request)),
      signedUrl: (request, expiresInMs) => signedUrl({ ...request, path: registryPath(request.path) }, expiresInMs),
      registryUrl: ({ path }) => `${registryUrl()}${registryPath(path)}`,
    },
  }
}
