import type { Origin } from './answer.ts'
import type { AuthOptions } from './auth/auth-options.ts'
import { createGate } from './auth/gate.ts'
import { tokenEndpoint } from './auth/token-endpoint.ts'
import type { Tokens } from './auth/tokens.ts'
import { cdnRoute, createCdn } from './cdn.ts'
import type { Clock } from './clock.ts'
import { failure } from './http/registry-errors.ts'
import type { RegistryRequest, Reply } from './http/message.ts'
import { routeOf } from './route.ts'
import { handle, type Shelves } from './routes/handle.ts'

export interface OriginsOptions {
  readonly shelves: Shelves
  readonly auth: AuthOptions
  readonly tokens: Tokens
  readonly clock: Clock
  readonly scheme: 'http' | 'https'
  /** Known once the second origin listens; no request comes before. */
  readonly cdnUrl: () => string
}

/** The registry and its CDN. Both have the token endpoint, so that a challenge can lead to another host. */
export function createOrigins({ shelves, auth, tokens, clock, scheme, cdnUrl }: OriginsOptions): { readonly registry: Origin; readonly cdn: Origin } {
  const cdn = createCdn(shelves, clock.now)
  const realm = ({ headers }: RegistryRequest): string => {
    const given = auth.kind === 'bearer' ? auth.realm : undefined
    return given === 'cdn' ? `${cdnUrl()}/token` : (given ?? `${scheme}://${headers.host ?? ''}/token`)
  }
  const token = async (request: RegistryRequest): Promise<Reply> =>
    auth.kind === 'bearer' ? await tokenEndpoint(request, auth, tokens, clock.now) : failure('UNSUPPORTED', undefined, { status: 404 })
  const signedUrl = (request: RegistryRequest, expiresInMs: number): string => `${cdnUrl()}${cdn.sign(request.path, expiresInMs)}`
  const gate = createGate({ auth, tokens, realm })
  const mayReadAs = (request: RegistryRequest) => (repository: string): boolean => gate({ ...request, method: 'GET' }, { kind: 'blob', repository }) === undefined
  return {
    registry: {
      name: 'registry',
      route: routeOf,
      gate: (request, route) => (route.kind === 'token' ? undefined : gate(request, route)),
      answer: (request, route) => (route.kind === 'token' ? token(request) : handle(request, route, shelves, mayReadAs(request))),
      signedUrl,
    },
    cdn: {
      name: 'cdn',
      route: (path) => (path === '/token' ? { kind: 'token' } : cdnRoute(path)),
      gate: () => undefined,
      answer: (request, route) => (route.kind === 'token' ? token(request) : cdn.answer(request)),
      signedUrl,
    },
  }
}
