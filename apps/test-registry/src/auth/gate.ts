import { failure } from '../http/registry-errors.ts'
import { apiVersion, reply, type RegistryRequest, type Reply } from '../http/message.ts'
import type { Quirks } from '../quirks.ts'
import type { Route } from '../route.ts'
import type { AuthOptions, AuthRule, BearerOptions } from './auth-options.ts'
import { isFor } from './rules.ts'
import { basicScheme, bearerScheme, certificateScheme, type Scheme } from './schemes.ts'
import type { Tokens } from './tokens.ts'

/** Decides who comes in. `undefined`: this one does. Otherwise the answer to send. */
export type Gate = (
  request: RegistryRequest,
  route: Route,
  options?: { readonly counted: boolean },
) => Reply | undefined

export interface GateOptions {
  readonly rules: readonly AuthRule[]
  readonly tokens: Tokens
  /** The token endpoint as this request should see it. */
  readonly realm: (request: RegistryRequest, bearer: BearerOptions) => string
  readonly quirks: Quirks
}

export function createGate({ rules, ...parts }: GateOptions): Gate {
  const { quirks } = parts
  const entrances = rules.map((rule) => ({ rule, schemes: schemesOf(rule, parts) }))
  return (request, route, options = { counted: true }) => {
    const entrance = entrances.find(({ rule }) => isFor(rule, route.repository))
    if (entrance === undefined || entrance.rule.kind === 'none') return undefined
    const challenges: string[] = []
    let voided = false
    for (const scheme of entrance.schemes) {
      const refusal = scheme(request, route, options)
      if (refusal === undefined) return undefined
      if (refusal.challenge !== undefined) challenges.push(refusal.challenge)
      voided ||= refusal.voided === true
    }
    const bare = voided ? quirks.voidTokenStatus : undefined
    if (bare !== undefined) return reply(bare)
    if (quirks.challengeOnlyAtPing !== undefined && route.kind !== 'ping') return reply(quirks.challengeOnlyAtPing)
    if (challenges.length === 0) return failure('DENIED', 'a client certificate is needed')
    const inOne = entrance.rule.kind !== 'several' || entrance.rule.header !== 'each'
    return failure('UNAUTHORIZED', undefined, {
      headers: {
        ...(route.kind === 'ping' ? apiVersion : {}),
        'www-authenticate': inOne ? challenges.join(', ') : challenges,
      },
    })
  }
}

function schemesOf(auth: AuthOptions, parts: Omit<GateOptions, 'rules'>): readonly Scheme[] {
  switch (auth.kind) {
    case 'none':
      return []
    case 'basic':
      return [basicScheme(auth)]
    case 'bearer':
      return [bearerScheme(auth, parts)]
    case 'certificate':
      return [certificateScheme(auth)]
    default:
      return auth.schemes.flatMap((scheme) => schemesOf(scheme, parts))
  }
}

/** The 401 that a request without a token would get. */
export function stranger(gate: Gate, request: RegistryRequest, route: Route): Reply {
  const { authorization: _, ...headers } = request.headers
  return gate({ ...request, headers }, route) ?? failure('UNAUTHORIZED')
}
