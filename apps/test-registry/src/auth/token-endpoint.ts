import { failure } from '../http/registry-errors.ts'
import { json, type RegistryRequest, type Reply } from '../http/message.ts'
import { readBody } from '../http/read-body.ts'
import type { Quirks } from '../quirks.ts'
import type { AuthRule, BearerOptions } from './auth-options.ts'
import { basicCredentials, sameSecret } from './credentials.ts'
import { bearersIn, isFor, tokenPathOf } from './rules.ts'
import { formatScope, parseScope, type Scope } from './scope.ts'
import type { Tokens } from './tokens.ts'

type Who = 'user' | 'anonymous'

const formLimit = 64 * 1024
/** The spec's life of a token that does not say its own. */
const unsaidSeconds = 60

export interface TokenOffice {
  readonly rules: readonly AuthRule[]
  readonly tokens: Tokens
  readonly now: () => number
  readonly quirks: Quirks
}

/** GET with basic credentials or none, and the OAuth2 POST (distribution token.md and oauth.md). */
export async function tokenEndpoint(request: RegistryRequest, office: TokenOffice): Promise<Reply> {
  if (request.method === 'POST') return await oauth(request, office)
  if (request.method !== 'GET') return failure('UNSUPPORTED')
  const scopes = request.query.getAll('scope').flatMap((text) => text.split(' '))
  const issuer = issuerFor(office.rules, request.path, request.query.get('service'), scopes)
  if (issuer === undefined) return failure('UNSUPPORTED', undefined, { status: 404 })
  const { authorization } = request.headers
  const given = basicCredentials(authorization)
  if (authorization !== undefined && (given === undefined || !isUser(issuer, given))) return failure('UNAUTHORIZED')
  const who: Who = authorization === undefined ? 'anonymous' : 'user'
  const identity =
    who === 'user' && request.query.get('offline_token') === 'true' ? office.tokens.identity(issuer) : undefined
  return issue({ ...office, issuer, who, scopes, identity, form: false })
}

async function oauth(request: RegistryRequest, office: TokenOffice): Promise<Reply> {
  const body = await readBody(request.body, formLimit)
  if (body === undefined) return failure('UNSUPPORTED', undefined, { status: 413, headers: { connection: 'close' } })
  const form = new URLSearchParams(new TextDecoder().decode(body))
  // One list with blanks (oauth.md), or a member for each, as skopeo and podman write it.
  const scopes = form.getAll('scope').flatMap((text) => text.split(' '))
  const issuer = issuerFor(office.rules, request.path, form.get('service'), scopes)
  if (issuer === undefined || issuer.oauth === false) return failure('UNSUPPORTED', undefined, { status: 404 })
  if (typeof issuer.oauth === 'number') return failure('UNSUPPORTED', undefined, { status: issuer.oauth })
  const absent = ['grant_type', 'service', 'client_id'].find((member) => !form.has(member))
  if (absent !== undefined) return json(400, { error: 'invalid_request', error_description: `${absent} is missing` })
  const identity = office.tokens.identity(issuer)
  const refreshed =
    form.get('grant_type') === 'refresh_token' &&
    identity !== undefined &&
    sameSecret(form.get('refresh_token') ?? '', identity)
  const known =
    form.get('grant_type') === 'password' &&
    isUser(issuer, { username: form.get('username') ?? '', password: form.get('password') ?? '' })
  if (!refreshed && !known) return json(401, { error: 'invalid_grant' })
  const renewed = refreshed && issuer.identityTokenRotates === true ? office.tokens.renewIdentity(issuer) : undefined
  return issue({
    ...office,
    issuer,
    who: 'user',
    scopes,
    identity: renewed ?? (form.get('access_type') === 'offline' ? identity : undefined),
    form: true,
  })
}

/** Several rules may have tokens: that of the first repository asked for, else of the service, else the first. */
function issuerFor(
  rules: readonly AuthRule[],
  path: string,
  service: string | null,
  scopes: readonly string[],
): BearerOptions | undefined {
  const here = (rule: AuthRule): readonly BearerOptions[] =>
    bearersIn(rule).filter((bearer) => tokenPathOf(bearer) === path)
  const repository = scopes.flatMap((text) => parseScope(text) ?? []).find(({ type }) => type === 'repository')?.name
  const own = rules.find((rule) => isFor(rule, repository))
  const all = rules.flatMap(here)
  return (
    (repository === undefined || own === undefined ? undefined : here(own)[0]) ??
    all.find((bearer) => (bearer.service ?? 'test-registry') === service) ??
    all[0]
  )
}

const isUser = (issuer: BearerOptions, given: { readonly username: string; readonly password: string }): boolean =>
  issuer.username !== undefined &&
  issuer.password !== undefined &&
  sameSecret(given.username, issuer.username) &&
  sameSecret(given.password, issuer.password)

interface Issue extends TokenOffice {
  readonly issuer: BearerOptions
  readonly who: Who
  readonly scopes: readonly string[]
  /** To send along. */
  readonly identity: string | undefined
  readonly form: boolean
}

function issue({ issuer, tokens, now, quirks, who, scopes, identity, form }: Issue): Reply {
  const granted = scopes.flatMap((text) => allowed(parseScope(text), issuer, who))
  const { expiresInSeconds = 300, tokenMember = form ? 'access_token' : 'token' } = issuer
  const token = tokens.issue(issuer, granted, {
    ms: (expiresInSeconds ?? unsaidSeconds) * 1000,
    requests: quirks.tokenRequests,
  })
  return json(200, {
    ...(tokenMember === 'access_token' ? {} : { token: token.text }),
    ...(tokenMember === 'token' ? {} : { access_token: token.text }),
    ...(form ? { scope: granted.map(formatScope).join(' ') } : {}),
    ...(expiresInSeconds === null ? {} : { expires_in: expiresInSeconds, issued_at: new Date(now()).toISOString() }),
    ...(identity === undefined ? {} : { refresh_token: identity }),
  })
}

/** Asking for more than is allowed is no error: the token holds what is both asked and allowed. */
function allowed(scope: Scope | undefined, issuer: BearerOptions, who: Who): readonly Scope[] {
  if (scope === undefined) return []
  if (who === 'user') return [scope]
  const anonymous = issuer.anonymous ?? (issuer.username === undefined ? 'pull' : 'nothing')
  if (anonymous === 'everything') return [scope]
  const actions =
    anonymous === 'pull' && scope.type === 'repository' ? scope.actions.filter((action) => action === 'pull') : []
  return actions.length === 0 ? [] : [{ ...scope, actions }]
}
