import { failure } from '../http/registry-errors.ts'
import type { RegistryRequest, Reply } from '../http/message.ts'
import type { Route } from '../route.ts'
import type { AuthOptions, BearerOptions } from './auth-options.ts'
import { basicCredentials, bearerToken, sameSecret } from './credentials.ts'
import { covers, formatScope, neededScope } from './scope.ts'
import type { Tokens } from './tokens.ts'

/** Decides who comes in. `undefined`: this one does. Otherwise the answer to send. */
export type Gate = (request: RegistryRequest, route: Route) => Reply | undefined

export interface GateOptions {
  readonly auth: AuthOptions
  readonly tokens: Tokens
  /** The token endpoint as this request should see it. */
  readonly realm: (request: RegistryRequest) => string
}

export function createGate({ auth, tokens, realm }: GateOptions): Gate {
  if (auth.kind === 'none') return () => undefined
  if (auth.kind === 'basic') {
    const challenge = `Basic realm="${auth.realm ?? 'test registry'}"`
    return ({ headers }) => {
      const given = basicCredentials(headers.authorization)
      const known = given !== undefined && sameSecret(given.username, auth.username) && sameSecret(given.password, auth.password)
      return known ? undefined : refused(challenge)
    }
  }
  return (request, route) => {
    const needed = neededScope(route, request.method)
    const text = bearerToken(request.headers.authorization)
    const token = text === undefined ? undefined : tokens.use(text)
    if (token !== undefined && (needed === undefined || covers(token.scopes, needed))) return undefined
    const error = text === undefined ? undefined : token === undefined ? 'invalid_token' : 'insufficient_scope'
    return refused(challengeOf(auth, realm(request), needed === undefined ? undefined : formatScope(needed), error))
  }
}

/** The 401 that a request without a token would get. */
export function stranger(gate: Gate, request: RegistryRequest, route: Route): Reply {
  const { authorization: _, ...headers } = request.headers
  return gate({ ...request, headers }, route) ?? failure('UNAUTHORIZED')
}

function challengeOf(auth: BearerOptions, realm: string, scope: string | undefined, error: string | undefined): string {
  const parts = [`realm="${realm}"`, `service="${auth.service ?? 'test-registry'}"`]
  if (scope !== undefined && auth.challengeScope !== false) parts.push(`scope="${scope}"`)
  if (error !== undefined) parts.push(`error="${error}"`)
  return `Bearer ${parts.join(',')}`
}

const refused = (challenge: string): Reply => failure('UNAUTHORIZED', undefined, { headers: { 'www-authenticate': challenge } })
