import { publicUrl } from '../client-event.ts'
import type { Credential, IdentityRenewal } from '../credential.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import { RegistryError } from '../errors/registry-error.ts'
import { ask, type Answer } from '../http/ask.ts'
import { errorOfAnswer } from '../http/error-of-answer.ts'
import { explainedByCoding } from '../http/content-coding.ts'
import { repeat } from '../http/repeat.ts'
import type { Wire } from '../wire/wire.ts'
import type { Clearance } from '../wire/wire-request.ts'
import { basicHeader, refusedHint } from '../headers/basic-header.ts'
import { readToken, type Token, type TokenAnswer } from './token-answer.ts'

export interface BearerChallenge {
  readonly realm: URL
  readonly service: string
}

export interface TokenQuestion {
  /** The registry's endpoint. */
  readonly registry: URL
  /** On whose behalf it is asked. */
  readonly endpoint: Endpoint | undefined
  readonly challenge: BearerChallenge
  /** One or several, separated by spaces; empty to see whether somebody is known at all. */
  readonly scope: string
  /** In full, for errors: `docker.io/library/alpine`. */
  readonly repository: string
  readonly credential: Credential | undefined
  /** Realms that were found to answer GET alone; added to. */
  readonly onlyGet?: Set<string> | undefined
}

export interface FetchedToken {
  readonly token: Token
  /** There were credentials, and this token server may not see them. */
  readonly withheld: boolean
  /** Stands in place of the identity token that was shown. */
  readonly renewed?: IdentityRenewal['renewed'] | undefined
}

const longestAnswer = 1024 * 1024
/** Asked by POST, these say "I only know GET" (distribution's auth/oauth spec). */
const knowsOnlyGet: ReadonlySet<number> = new Set([404, 405])

/**
 * One token for one scope, from the realm of a challenge. The realm is whatever the registry wrote there: it is called
 * only where the origin policy lets it, and sees credentials only where the policy says so; else it is asked anonymously.
 *
 * @throws RegistryError `ORIGIN_REFUSED`, `UNAUTHORIZED`, `DENIED`, `TOO_MANY_REQUESTS`, `TOKEN_FAILED`; TransportError
 */
export async function fetchToken(
  wire: Wire,
  question: TokenQuestion,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<FetchedToken> {
  const { registry, endpoint, challenge, scope } = question
  const { realm } = challenge
  const decision = wire.judge({ url: realm, from: registry, registry, endpoint, purpose: 'realm' })
  if (!decision.call) {
    throw new RegistryError(
      'ORIGIN_REFUSED',
      `the token server of ${registry.host} is at ${realm.host === '' ? realm.protocol : realm.host}, which is not allowed: ${decision.reason}`,
      { host: registry.host, hint: decision.hint },
    )
  }
  const withheld = question.credential !== undefined && !decision.show.authorization
  const credential = withheld ? undefined : question.credential
  wire.emit({
    type: 'token',
    realm: publicUrl(realm),
    scope,
    as: credential === undefined || credential.kind === 'registry' ? 'anonymous' : credential.kind,
    withheld,
  })
  return repeat(
    wire,
    realm,
    async (own) => {
      const answer = await askRealm(own, question, { credential, clearance: decision, ...options })
      if (answer.head.status < 200 || answer.head.status > 203)
        throw refusal(question, { answer, withheld, credential })
      const { refreshToken, ...token } = tokenOf(answer, { host: realm.host, now: wire.clock.now() })
      const renews = credential?.kind === 'identity' && refreshToken !== undefined && refreshToken !== credential.token
      return { token, withheld, ...(renews ? { renewed: { kind: 'identity', token: refreshToken } } : {}) }
    },
    options,
  )
}

function tokenOf({ head, body }: Answer, about: Parameters<typeof readToken>[1]): TokenAnswer {
  try {
    return readToken(body, about)
  } catch (error) {
    throw explainedByCoding(error, head)
  }
}

interface RealmOptions {
  readonly credential: Credential | undefined
  readonly clearance: Clearance
  readonly signal?: AbortSignal | undefined
}

async function askRealm(
  wire: Wire,
  { registry, endpoint, challenge, scope, onlyGet }: TokenQuestion,
  { credential, clearance, signal }: RealmOptions,
): Promise<Answer> {
  const { realm, service } = challenge
  const options = { registry, endpoint, realm: true, clearance, maxBytes: longestAnswer, signal }
  if (credential?.kind === 'identity' && onlyGet?.has(realm.href) !== true) {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      service,
      client_id: 'lading',
      scope,
      refresh_token: credential.token,
    })
    const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await ask(wire, { method: 'POST', url: realm, headers, body: form.toString() }, options)
    if (!knowsOnlyGet.has(answer.head.status)) return answer
    onlyGet?.add(realm.href)
  }
  const url = new URL(realm.href)
  if (service !== '') url.searchParams.set('service', service)
  for (const each of scope === '' ? [] : scope.split(' ')) url.searchParams.append('scope', each)
  const basic =
    credential?.kind === 'basic'
      ? credential
      : credential?.kind === 'identity'
        ? { username: '<token>', password: credential.token }
        : undefined
  if (basic !== undefined) url.searchParams.set('account', basic.username)
  return ask(
    wire,
    {
      method: 'GET',
      url,
      headers: { accept: 'application/json' },
      authorization: basic === undefined ? undefined : basicHeader(basic),
    },
    options,
  )
}

function refusal(
  { registry, challenge, repository }: TokenQuestion,
  {
    answer,
    withheld,
    credential,
  }: { readonly answer: Answer; readonly withheld: boolean; readonly credential: Credential | undefined },
): RegistryError {
  const known = credential !== undefined
  const hint = withheld
    ? withheldHint(registry, challenge.realm)
    : known
      ? refusedHint(registry.host, credential.kind === 'basic' ? credential.password : '')
      : `the repository may not exist, or it needs a login to ${registry.host}`
  const error = errorOfAnswer(answer.head, answer.body, {
    subject: 'registry',
    repository,
    hint: answer.head.status === 401 || answer.head.status === 403 ? hint : undefined,
  })
  if (
    error.code === 'UNAUTHORIZED' ||
    error.code === 'DENIED' ||
    error.code === 'TOO_MANY_REQUESTS' ||
    error.code === 'UNEXPECTED_STATUS'
  )
    return error
  return new RegistryError('TOKEN_FAILED', `no token: ${error.message}`, {
    ...error.facts,
    repository,
    reported: error.reported,
    retryAfterMs: error.retryAfterMs,
    cause: error,
    hint: error.hint,
  })
}

/** Why a login did not help, and what does. */
export function withheldHint({ host }: URL, realm: URL): string {
  const withheld = `the credentials for ${host} were not sent to its token server ${realm.host}, which is a different host`
  return realm.protocol === 'https:'
    ? `${withheld}; if you trust it, allow the realm (--allow-realm ${host}=${realm.host})`
    : `${withheld} and uses plain http, over which credentials are never sent; ask the registry's operator for https`
}
