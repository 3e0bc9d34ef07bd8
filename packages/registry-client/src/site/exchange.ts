import type { AbortOptions } from '@lading/clock'
import { isLadingError } from '@lading/errors'
import type { Admission } from '../admit.ts'
import type { AuthorizeOptions } from '../auth/authorizer.ts'
import { RegistryError } from '../errors/registry-error.ts'
import { refusedHeaderHint } from '../headers/basic-header.ts'
import { parseChallenges, type Challenge } from '../headers/challenge.ts'
import { askElsewhere } from './ask-elsewhere.ts'
import { ask, stream, type Refusal, type StreamReceiver } from '../http/ask.ts'
import { inTime } from '../http/in-time.ts'
import { errorOfAnswer, type AnswerFacts } from '../http/error-of-answer.ts'
import { mayPassLater, repeat } from '../http/repeat.ts'
import { isReading, type Clearance, type Head, type Question } from '../wire/wire-request.ts'
import type { Wire } from '../wire/wire.ts'
import type { Site } from './site.ts'

export interface ExchangeOptions {
  readonly signal?: AbortSignal | undefined
  /** The answer is a blob that is streamed. */
  readonly streamed?: boolean | undefined
  /** What is asked for, for errors. */
  readonly about: Omit<AnswerFacts, 'repository' | 'hint'>
  /** What a token must allow, as scopes.ts writes it. Default: to pull from the repository. */
  readonly scope?: string | undefined
  /** Another origin is asked: nothing that is secret here is shown there, and no challenge answered. */
  readonly anonymous?: boolean | undefined
  /** The answer is a blob, which takes a place at the host. Called when it has to wait for one. */
  readonly admission?: Omit<Admission, 'host'> | undefined
  /** Where an answer led, as the origin policy judged it. Default: the endpoint. */
  readonly clearance?: Clearance | undefined
}

/** Challenges answered for one request. */
const mostAnswers = 3
const mayLackChallenge: ReadonlySet<number> = new Set([401, 403, 404])
/** What registries say of a token that has expired or was withdrawn. */
const mayRefuseToken: ReadonlySet<number> = new Set([400, 401, 403])

/**
 * One authorised request. A refusal's challenge is answered and the request asked once more; what is refused with a new
 * token is refused. No ping comes first: a known challenge is answered in advance, an unknown one is drawn by the request.
 *
 * @throws RegistryError of the answer when `to` does not expect it; what sending and fetching tokens throw
 */
export async function exchange(
  site: Site,
  question: Omit<Question, 'authorization'>,
  to: StreamReceiver,
  { signal, streamed, about, scope, clearance, admission, anonymous = false }: ExchangeOptions,
): Promise<void> {
  const { authorizer, wire, path, registry, endpoint } = site
  const options = {
    registry,
    endpoint,
    streamed,
    clearance,
    admission: admission && { ...admission, host: registry.host },
    signal,
  }
  let authorization = anonymous ? undefined : await authorizer.current(path, { signal, scope })
  let renewed = false
  let alone = false
  /** A token was refused that the endpoint took before, for the same. */
  let tookBefore = false
  for (let answered = 0; ; answered++) {
    if (authorization !== undefined && !anonymous) authorizer.shows(authorization)
    let refusal = await stream(wire, { ...question, authorization }, to, options)
    // What is said where a redirect led is not the registry's word, and nothing of the registry's answers it.
    const own = refusal?.head.elsewhere === false
    if (refusal !== undefined && !own && refusal.head.status === 401 && isReading(question))
      refusal = await askElsewhere(wire, question, refusal, to, options)
    if (refusal === undefined) {
      if (!anonymous) authorizer.served(path, authorization, { scope })
      return
    }
    const { head, body } = refusal
    const error = (hint?: string): RegistryError =>
      inTime(errorOfAnswer(head, body, { ...about, repository: site.name, hint }), wire)
    const refusesToken = own && head.authorized && mayRefuseToken.has(head.status) && saysLittle(error())
    // One token may be good for one request: what was said to another request's token says nothing of this one.
    const mayGoAlone =
      refusesToken && !alone && !anonymous && authorization !== undefined && authorizer.isShared(authorization)
    if (refusesToken && renewed && !mayGoAlone) throw notTakenAny(site, error())
    tookBefore ||=
      refusesToken && authorization !== undefined && !wantsMore(head) && authorizer.took(path, authorization, { scope })
    // A token that is new and refused will not get better; of passwords, the provider may have another.
    const last =
      !own || anonymous || answered >= mostAnswers || (answered > 0 && authorization?.startsWith('Bearer ') === true)
    const answer = (): Promise<string | undefined> => answerTo(site, refusal, authorization, { signal, scope })
    let next = last ? undefined : await (tookBefore ? orNotTaken(site, error(), answer, { signal }) : answer())
    if (next === undefined && !last && refusesToken && authorization !== undefined) {
      const used = authorization
      next = await orNotTaken(site, error(), () => authorizer.renew(used, path, { signal, scope }), { signal })
      renewed = next !== undefined
    }
    if (next === undefined && mayGoAlone) {
      const fetchAlone = (): Promise<string | undefined> => authorizer.alone(path, { signal, scope })
      next = await (renewed || tookBefore ? orNotTaken(site, error(), fetchAlone, { signal }) : fetchAlone())
      alone = next !== undefined
    }
    if (next === undefined) {
      if (own && !anonymous && (head.status === 401 || head.status === 403)) authorizer.refused(path, authorization)
      if (tookBefore && refusesToken) throw notTakenAny(site, error())
      const refused = own && head.status === 401 ? refusedHeaderHint(site.registry.host, authorization) : undefined
      throw error((own && mayLackChallenge.has(head.status) ? authorizer.hint(path) : undefined) ?? refused)
    }
    authorization = next
  }
}

async function answerTo(
  site: Site,
  { head }: Refusal,
  used: string | undefined,
  options: AuthorizeOptions,
): Promise<string | undefined> {
  const { authorizer, path } = site
  const { status } = head
  const challenges = status === 401 ? parseChallenges(head.headers.get('www-authenticate')) : []
  if (challenges.length > 0) return authorizer.answer(challenges, used, path, options)
  if (!mayLackChallenge.has(status) || used !== undefined) return undefined
  // Somebody else may have learned it since.
  if (authorizer.challenged) return authorizer.current(path, options)
  // What is open to everybody hides nothing.
  if (status !== 401 && authorizer.isOpen(path)) return undefined
  const asked = await authorizer.challengesByPing(({ signal }) => challengesAtBase(site, { signal }), options)
  return asked.length === 0 ? undefined : authorizer.answer(asked, undefined, path, options)
}

/** Some registries hide a private repository behind a 404, or refuse without a word, and challenge only at `/v2/`. */
async function challengesAtBase(
  { wire, registry, endpoint, base, api = '/v2', namespace, authorizer, path }: Site,
  options: AbortOptions,
): Promise<readonly Challenge[]> {
  const url = new URL(`${base}${api}/`)
  if (namespace !== undefined) url.searchParams.set('ns', namespace)
  const ping = async (own: Wire): Promise<Head> => {
    const { head, body } = await ask(
      own,
      { method: 'GET', url, headers: {} },
      { registry, endpoint, maxBytes: 64 * 1024, signal: options.signal },
    )
    if (mayPassLater(head.status)) throw errorOfAnswer(head, body, { subject: 'registry' })
    return head
  }
  try {
    const { status, elsewhere, headers } = await repeat(wire, url, ping, options)
    return status === 401 && !elsewhere ? parseChallenges(headers.get('www-authenticate')) : []
  } catch (error) {
    options.signal?.throwIfAborted()
    // For nobody, the answer that there was says more than a ping that failed.
    if (!isLadingError(error) || (await authorizer.hasCredentials(path, options))) throw error
    return []
  }
}

/** Is it about who asks, if about anything? A 400 with a word about a digest is not. */
const saysLittle = ({ code }: RegistryError): boolean =>
  code === 'UNAUTHORIZED' || code === 'DENIED' || code === 'UNEXPECTED_STATUS'

/** The token is good, and allows too little (RFC 6750 3.1). */
const wantsMore = ({ headers }: Refusal['head']): boolean =>
  parseChallenges(headers.get('www-authenticate')).some(
    ({ parameters }) => parameters.get('error') === 'insufficient_scope',
  )

/** Something new to show in place of a token that was taken: without it, the refusal is that of the token. */
async function orNotTaken<T>(
  site: Site,
  refusal: RegistryError,
  fetchNew: () => Promise<T>,
  { signal }: AbortOptions,
): Promise<T> {
  try {
    return await fetchNew()
  } catch (error) {
    signal?.throwIfAborted()
    if (isLadingError(error, 'UNAUTHORIZED') || isLadingError(error, 'DENIED')) throw notTakenAny(site, refusal, error)
    throw error
  }
}

/** It was allowed a moment ago: nothing is said about whether the repository exists. */
function notTakenAny(
  { registry, name }: Site,
  { message, facts, reported }: RegistryError,
  cause?: Error,
): RegistryError {
  const why = cause === undefined ? 'and a new one too' : `and there is no new one: ${cause.message}`
  return new RegistryError(
    'TOKEN_FAILED',
    `${registry.host} rejects a token that it accepted before, ${why}: ${message}`,
    {
      ...facts,
      repository: name,
      reported,
      cause,
      hint: 'try again; if that does not help, log in again',
    },
  )
}
