import type { AuthorizeOptions } from '../auth/authorizer.ts'
import { parseChallenges } from '../headers/challenge.ts'
import { askElsewhere } from './ask-elsewhere.ts'
import { ask, stream, type Refusal, type StreamReceiver } from '../http/ask.ts'
import { errorOfAnswer, type AnswerFacts } from '../http/error-of-answer.ts'
import { mayPassLater, repeat } from '../http/repeat.ts'
import { isReading, type Clearance, type Head, type Question } from '../wire/wire-request.ts'
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
  readonly admission?: { readonly onWait?: (() => void) | undefined } | undefined
  /** Where an answer led, as the origin policy judged it. Default: the endpoint. */
  readonly clearance?: Clearance | undefined
}

/** Challenges answered for one request. */
const mostAnswers = 3
const mayLackChallenge: ReadonlySet<number> = new Set([401, 403, 404])

/**
 * One authorised request. A refusal's challenge is answered and the request asked once more; what is refused with a new
 * token is refused. There is no ping: a known challenge is answered in advance, an unknown one is drawn by the request.
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
  for (let answered = 0; ; answered++) {
    let refusal = await stream(wire, { ...question, authorization }, to, options)
    // What is said where a redirect led is not the registry's word, and nothing of the registry's answers it.
    const own = refusal?.head.elsewhere === false
    if (refusal !== undefined && !own && refusal.head.status === 401 && isReading(question))
      refusal = await askElsewhere(wire, question, refusal, to, options)
    if (refusal === undefined) return
    // A token that is new and refused will not get better; of passwords, the provider may have another.
    const last =
      !own || anonymous || answered === mostAnswers || (answered > 0 && authorization?.startsWith('Bearer ') === true)
    const next = last ? undefined : await answerTo(site, refusal, authorization, { signal, scope })
    if (next === undefined) {
      const { head, body } = refusal
      if (own && !anonymous && (head.status === 401 || head.status === 403)) authorizer.refused(path, authorization)
      const hint = own && mayLackChallenge.has(head.status) ? authorizer.hint(path) : undefined
      throw errorOfAnswer(head, body, { ...about, repository: site.name, hint })
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
  const challenges = head.status === 401 ? parseChallenges(head.headers.get('www-authenticate')) : []
  if (challenges.length > 0) return authorizer.answer(challenges, used, path, options)
  if (!mayLackChallenge.has(head.status) || used !== undefined || authorizer.challenged) return undefined
  return (await authorizer.hasCredentials(path, options)) && authorizer.claimPing()
    ? answerToPing(site, options)
    : undefined
}

/** Some registries hide a private repository behind a 404 and challenge only at `/v2/`. */
async function answerToPing(
  { wire, registry, endpoint, base, api = '/v2', authorizer, path }: Site,
  options: AuthorizeOptions,
): Promise<string | undefined> {
  const url = new URL(`${base}${api}/`)
  const ping = async (): Promise<Head> => {
    const { head, body } = await ask(
      wire,
      { method: 'GET', url, headers: {} },
      { registry, endpoint, maxBytes: 64 * 1024, signal: options.signal },
    )
    if (mayPassLater(head.status)) throw errorOfAnswer(head, body, { subject: 'registry' })
    return head
  }
  const head = await repeat(wire, url, ping, options)
  const challenges = head.status === 401 && !head.elsewhere ? parseChallenges(head.headers.get('www-authenticate')) : []
  return challenges.length === 0 ? undefined : authorizer.answer(challenges, undefined, path, options)
}
