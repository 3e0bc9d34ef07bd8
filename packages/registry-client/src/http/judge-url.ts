import { decideOrigin, type OriginDecision, type OriginQuestion } from '../origin/decide-origin.ts'
import type { ClientContext } from './context.ts'

/** The origin policy as this client's options have it: every URL that an answer names passes here before it is called. */
export function judgeUrl(context: ClientContext, question: Pick<OriginQuestion, 'url' | 'from' | 'registry' | 'purpose'>): OriginDecision {
  return decideOrigin({ ...question, insecure: (url) => isInsecure(context, url), allowRealm: context.allowRealm, reachedAt: context.reachedAt.get(question.registry.hostname) })
}

/** A URL forgets `:443`, and the user may have written it. */
export function isInsecure({ insecure }: Pick<ClientContext, 'insecure'>, url: URL): boolean {
  return insecure(url.host) || (url.protocol === 'https:' && url.port === '' && insecure(`${url.hostname}:443`))
}
