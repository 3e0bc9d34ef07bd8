import { formatScope, neededScope } from '../auth/scope.ts'
import { failure } from '../http/registry-errors.ts'
import type { Reply } from '../http/message.ts'
import type { EffectContext } from './effect.ts'

/** The challenge a stranger gets, with another token endpoint; where strangers may come in, one is made up. */
export function otherRealm(context: EffectContext, realm: string): Reply {
  const real = [context.stranger().headers['www-authenticate'] ?? []]
    .flat()
    .find((challenge) => challenge.startsWith('Bearer '))
  const scope = neededScope(context.route, context.request.method)
  const made = `Bearer realm="",service="test-registry"${scope === undefined ? '' : `,scope="${formatScope(scope)}"`}`
  return failure('UNAUTHORIZED', undefined, {
    headers: { 'www-authenticate': (real ?? made).replace(/realm="[^"]*"/, () => `realm="${realm}"`) },
  })
}
