import { createAuthorizer } from '../auth/authorizer.ts'
import { parseChallenges } from '../headers/challenge.ts'
import { stream, type AskOptions, type Refusal, type StreamReceiver } from '../http/ask.ts'
import type { AddressClass } from '../origin/address-class.ts'
import type { Shown } from '../origin/decide-origin.ts'
import type { Wire } from '../wire/wire.ts'
import { adding, type Question } from '../wire/wire-request.ts'

const nothing: Shown = { authorization: false, cookies: false, clientCertificate: false, proxyCredentials: false }
const repositoryPath = /^\/v2\/(.+)\/(?:manifests|blobs)\/[^/]+$/

/**
 * A registry in front of others (registry.k8s.io) redirects to one that challenges in turn. Its challenge is answered
 * anonymously, in its own name: nothing of ours and nothing of the first registry's is shown there.
 *
 * @returns `undefined` when the answer went to `to`, else the refusal that stands
 */
export async function askElsewhere(
  wire: Wire,
  question: Omit<Question, 'authorization'>,
  refusal: Refusal,
  to: StreamReceiver,
  options: AskOptions,
): Promise<Refusal | undefined> {
  const { url, headers, addresses } = refusal.head
  const repository = repositoryPath.exec(url.pathname)?.[1]
  const challenges = parseChallenges(headers.get('www-authenticate')).filter(({ scheme }) => scheme === 'bearer')
  if (repository === undefined || challenges.length === 0) return refusal
  const { endpoint, signal } = options
  const authorizer = createAuthorizer(asNobody(wire, addresses), {
    registry: new URL(url.origin),
    endpoint,
    host: url.host,
    credentials: undefined,
  })
  const authorization = await authorizer.answer(challenges, undefined, repository, { signal })
  const clearance = { show: nothing, addresses }
  return stream(wire, { ...question, url, authorization }, to, { ...options, clearance })
}

/** Whose host was led to resolves within what may be led to, for its token server too. */
const asNobody = (wire: Wire, within: readonly AddressClass[] | undefined): Wire => ({
  ...wire,
  request: adding(({ clearance }) => ({ clearance: { ...clearance, show: nothing }, within }))(wire.request),
})
