import { overridden } from '../http/headers.ts'
import { memoryContent, textContent } from '../state/content.ts'
import { joined } from './bodies.ts'
import { otherRealm } from './challenge.ts'
import type { Effect } from './effect.ts'
import type { Fault } from './fault.ts'
import { withMembers } from './members.ts'
import { namedEffects } from './named-effects.ts'
import { redirect } from './redirect.ts'
import { requestEffect } from './request-effect.ts'
import { statusReply } from './status-reply.ts'

/** From data to deed. */
export function effectOf(fault: Fault): Effect {
  const { then: action, afterBytes, afterRequestBytes } = fault
  if (afterRequestBytes !== undefined) return requestEffect(action, afterRequestBytes)
  if (typeof action === 'string') return namedEffects[action](afterBytes)
  if ('redirect' in action) return redirect(action)
  if ('status' in action) return { replace: (context) => statusReply(action, context) }
  if ('realm' in action) return { replace: (context) => otherRealm(context, action.realm) }
  if ('raw' in action) return { raw: action.raw }
  if ('headers' in action)
    return { change: (given) => ({ ...given, headers: overridden(given.headers, action.headers) }) }
  if ('content' in action) return { change: (given) => ({ ...given, body: textContent(action.content) }) }
  if ('extraBytes' in action)
    return {
      change: (given) => ({ ...given, body: joined(given.body, memoryContent(new Uint8Array(action.extraBytes))) }),
    }
  if ('members' in action) return { change: (given) => withMembers(given, action.members) }
  return action
}
