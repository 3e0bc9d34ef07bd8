import { failure } from '../http/registry-errors.ts'
import { json, type RegistryRequest, type Reply } from '../http/message.ts'
import { readBody } from '../http/read-body.ts'
import type { BearerOptions } from './auth-options.ts'
import { basicCredentials, sameSecret } from './credentials.ts'
import { formatScope, parseScope, type Scope } from './scope.ts'
import type { Tokens } from './tokens.ts'

type Who = 'user' | 'anonymous' | 'refused'

const formLimit = 64 * 1024
/** The spec's life of a token that does not say its own. */
const unsaidSeconds = 60

/** GET with basic credentials or none, and the OAuth2 POST (distribution token.md and oauth.md). */
export async function tokenEndpoint(request: RegistryRequest, auth: BearerOptions, tokens: Tokens, now: () => number): Promise<Reply> {
  if (request.method === 'POST' && auth.oauth !== false) return await oauth(request, auth, tokens, now)
  if (request.method !== 'GET') return failure('UNSUPPORTED', undefined, { status: request.method === 'POST' ? 404 : 405 })
  const { authorization } = request.headers
  const given = basicCredentials(authorization)
  const who: Who = authorization === undefined ? 'anonymous' : given !== undefined && isUser(auth, given) ? 'user' : 'refused'
  if (who === 'refused') return failure('UNAUTHORIZED')
  const scopes = request.query.getAll('scope').flatMap((text) => text.split(' '))
  return issue({ auth, tokens, now, who, scopes, offline: request.query.get('offline_token') === 'true', form: false })
}

async function oauth(request: RegistryRequest, auth: BearerOptions, tokens: Tokens, now: () => number): Promise<Reply> {
  const body = await readBody(request.body, formLimit)
  if (body === undefined) return failure('UNSUPPORTED', undefined, { status: 413, headers: { connection: 'close' } })
  const form = new URLSearchParams(new TextDecoder().decode(body))
  const absent = ['grant_type', 'service', 'client_id'].find((member) => !form.has(member))
  if (absent !== undefined) return json(400, { error: 'invalid_request', error_description: `${absent} is missing` })
  const known =
    form.get('grant_type') === 'password'
      ? isUser(auth, { username: form.get('username') ?? '', password: form.get('password') ?? '' })
      : form.get('grant_type') === 'refresh_token' && auth.identityToken !== undefined && sameSecret(form.get('refresh_token') ?? '', auth.identityToken)
  if (!known) return json(401, { error: 'invalid_grant' })
  return issue({ auth, tokens, now, who: 'user', scopes: (form.get('scope') ?? '').split(' '), offline: form.get('access_type') === 'offline', form: true })
}

const isUser = (auth: BearerOptions, given: { readonly username: string; readonly password: string }): boolean =>
  auth.username !== undefined && auth.password !== undefined && sameSecret(given.username, auth.username) && sameSecret(given.password, auth.password)

interface Issue {
  readonly auth: BearerOptions
  readonly tokens: Tokens
  readonly now: () => number
  readonly who: Who
  readonly scopes: readonly string[]
  readonly offline: boolean
  readonly form: boolean
}

function issue({ auth, tokens, now, who, scopes, offline, form }: Issue): Reply {
  const granted = scopes.flatMap((text) => allowed(parseScope(text), auth, who))
  const { expiresInSeconds = 300, tokenMember = form ? 'access_token' : 'token' } = auth
  const token = tokens.issue(granted, (expiresInSeconds ?? unsaidSeconds) * 1000, auth.expiresAfterRequests ?? Number.POSITIVE_INFINITY)
  return json(200, {
    ...(tokenMember === 'access_token' ? {} : { token: token.text }),
    ...(tokenMember === 'token' ? {} : { access_token: token.text }),
    ...(form ? { scope: granted.map(formatScope).join(' ') } : {}),
    ...(expiresInSeconds === null ? {} : { expires_in: expiresInSeconds, issued_at: new Date(now()).toISOString() }),
    ...(offline && who === 'user' && auth.identityToken !== undefined ? { refresh_token: auth.identityToken } : {}),
  })
}

/** Asking for more than is allowed is no error: the token holds what is both asked and allowed. */
function allowed(scope: Scope | undefined, auth: BearerOptions, who: Who): readonly Scope[] {
  if (scope === undefined) return []
  if (who === 'user') return [scope]
  const anonymous = auth.anonymous ?? (auth.username === undefined ? 'pull' : 'nothing')
  if (anonymous === 'everything') return [scope]
  const actions = anonymous === 'pull' && scope.type === 'repository' ? scope.actions.filter((action) => action === 'pull') : []
  return actions.length === 0 ? [] : [{ ...scope, actions }]
}
