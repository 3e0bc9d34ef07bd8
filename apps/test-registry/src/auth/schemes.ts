import type { RegistryRequest } from '../http/message.ts'
import type { Quirks } from '../quirks.ts'
import type { Route } from '../route.ts'
import type { BasicOptions, BearerOptions, CertificateAuthOptions } from './auth-options.ts'
import { basicCredentials, bearerToken, sameSecret } from './credentials.ts'
import { covers, formatScope, neededScope } from './scope.ts'
import type { Tokens } from './tokens.ts'

/** Why a request does not come in. `undefined` when it does. */
type Refusal =
  | {
      readonly challenge?: string | undefined
      /** A token or password came, and is void or none of ours. */
      readonly voided?: boolean | undefined
    }
  | undefined

/** One way in. */
export type Scheme = (request: RegistryRequest, route: Route, options: { readonly counted: boolean }) => Refusal

export function basicScheme({ username, password, realm = 'test registry' }: BasicOptions): Scheme {
  return ({ headers }) => {
    const given = basicCredentials(headers.authorization)
    const known = given !== undefined && sameSecret(given.username, username) && sameSecret(given.password, password)
    return known ? undefined : { voided: given !== undefined, challenge: `Basic realm="${realm}"` }
  }
}

export function certificateScheme({ commonName }: CertificateAuthOptions): Scheme {
  return ({ certificate }) =>
    certificate !== undefined && (commonName === undefined || certificate === commonName) ? undefined : {}
}

/** @param realm the token endpoint as a request should see it */
export function bearerScheme(
  bearer: BearerOptions,
  {
    tokens,
    realm,
    quirks,
  }: {
    readonly tokens: Tokens
    readonly realm: (request: RegistryRequest, bearer: BearerOptions) => string
    readonly quirks: Quirks
  },
): Scheme {
  return (request, route, { counted }) => {
    const scope = neededScope(route, request.method)
    const needed = scope?.type === 'repository' ? { ...scope, name: `${quirks.scopePrefix ?? ''}${scope.name}` } : scope
    const text = bearerToken(request.headers.authorization)
    if (text !== undefined && bearer.registryToken !== undefined && sameSecret(text, bearer.registryToken))
      return undefined
    const token = text === undefined ? undefined : counted ? tokens.use(text, bearer) : tokens.find(text, bearer)
    if (token !== undefined && (needed === undefined || covers(token.scopes, needed))) return undefined
    const error = text === undefined ? undefined : token === undefined ? 'invalid_token' : 'insufficient_scope'
    return {
      voided: text !== undefined && token === undefined,
      challenge: challengeOf(bearer, realm(request, bearer), {
        service:
          bearer.challengeService !== false && (bearer.challengeService !== 'beyond-ping' || route.kind !== 'ping'),
        scope: needed === undefined ? undefined : formatScope(needed),
        error,
      }),
    }
  }
}

function challengeOf(
  bearer: BearerOptions,
  realm: string,
  {
    service,
    scope,
    error,
  }: { readonly service: boolean; readonly scope: string | undefined; readonly error: string | undefined },
): string {
  const parts = [`realm="${realm}"`]
  if (service) parts.push(`service="${bearer.service ?? 'test-registry'}"`)
  if (scope !== undefined && bearer.challengeScope !== false) parts.push(`scope="${scope}"`)
  if (error !== undefined) parts.push(`error="${error}"`)
  return `Bearer ${parts.join(',')}`
}
