import { createAuthorizer } from '../auth/authorizer.ts'
import { parseChallenges } from '../headers/challenge.ts'
import type { Shown } from '../origin/decide-origin.ts'
import type { Transport } from '../transport.ts'
import { stream, type Refusal, type StreamReceiver } from '../http/ask.ts'
import type { ClientContext } from '../wire/context.ts'
import type { Question, SendOptions } from '../wire/send.ts'

const nothing: Shown = { authorization: false, cookies: false, clientCertificate: false, proxyCredentials: false }
const repositoryPath = /^\/v2\/(.+)\/(?:manifests|blobs)\/[^/]+$/

/**
 * A registry in front of others (registry.k8s.io) redirects to one that challenges in turn. Its challenge is answered
 * anonymously, in its own name: nothing of ours and nothing of the first registry's is shown there (reliability B1, C6).
 *
 * @returns `undefined` when the answer went to `to`, else the refusal that stands
 */
export async function askElsewhere(
  context: ClientContext,
  question: Omit<Question, 'authorization'>,
  refusal: Refusal,
  to: StreamReceiver,
  options: SendOptions,
): Promise<Refusal | undefined> {
  const { url, headers } = refusal.head
  const repository = repositoryPath.exec(url.pathname)?.[1]
  const challenges = parseChallenges(headers.get('www-authenticate')).filter(({ scheme }) => scheme === 'bearer')
  if (repository === undefined || challenges.length === 0) return refusal
  const { addresses } = refusal.head
  // Whose host was led to resolves within what may be led to, for its token server too.
  const within: Transport = (request, receiver, how) =>
    context.transport({ ...request, addresses: request.addresses ?? addresses }, receiver, how)
  const nobody: ClientContext = {
    ...context,
    transport: within,
    endpoint: undefined,
    credentials: undefined,
    tlsSettings: { ...context.tlsSettings, settingsFor: (asked) => context.tlsSettings.settingsFor(asked, false) },
  }
  const authorization = await createAuthorizer(nobody, new URL(url.origin), url.host).answer(
    challenges,
    undefined,
    repository,
    options,
  )
  return stream(context, { ...question, url, authorization }, to, { ...options, place: { show: nothing, addresses } })
}
