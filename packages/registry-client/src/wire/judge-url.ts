import { RegistryError } from '../errors/registry-error.ts'
import { allowHint, decideOrigin, type OriginDecision, type OriginQuestion } from '../origin/decide-origin.ts'
import type { ClientContext } from './context.ts'

/** The origin policy as this client's options have it: every URL that an answer names passes here before it is called. */
export function judgeUrl(
  context: ClientContext,
  question: Pick<OriginQuestion, 'url' | 'from' | 'registry' | 'purpose'>,
): OriginDecision {
  return decideOrigin({
    ...question,
    insecure: (url) => isInsecure(context, url),
    allowRealm: context.allowRealm,
    reachedAt: context.reachedAt.get(question.registry.hostname),
  })
}

/** Who was refused for where its name resolves is told which option allows it: the lookup does not know the registry. */
export function withWayOut(error: unknown, url: URL, registry: URL): unknown {
  if (!(error instanceof RegistryError) || error.code !== 'ORIGIN_REFUSED' || error.hint === undefined) return error
  return new RegistryError('ORIGIN_REFUSED', error.message, {
    ...error.facts,
    host: url.host,
    cause: error,
    hint: allowHint(registry, url),
  })
}

/** A URL forgets `:443`, and the user may have written it. */
export function isInsecure({ insecure }: Pick<ClientContext, 'insecure'>, url: URL): boolean {
  return insecure(url.host) || (url.protocol === 'https:' && url.port === '' && insecure(`${url.hostname}:443`))
}
