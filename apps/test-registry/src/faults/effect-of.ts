import { overridden } from '../http/headers.ts'
import { reply } from '../http/message.ts'
import { memoryContent, textContent } from '../state/content.ts'
import { joined } from './bodies.ts'
import type { Effect } from './effect.ts'
import type { Fault, RedirectAction } from './fault.ts'
import { namedEffects } from './named-effects.ts'
import { statusReply } from './status-reply.ts'

/** From data to deed. */
export function effectOf({ then: action, afterBytes }: Fault): Effect {
  if (typeof action === 'string') return namedEffects[action](afterBytes)
  if ('redirect' in action) return redirect(action)
  if ('status' in action) return { replace: ({ route }) => statusReply(action, route.kind) }
  if ('headers' in action) return { change: (given) => ({ ...given, headers: overridden(given.headers, action.headers) }) }
  if ('content' in action) return { change: (given) => ({ ...given, body: textContent(action.content) }) }
  if ('extraBytes' in action) return { change: (given) => ({ ...given, body: joined(given.body, memoryContent(new Uint8Array(action.extraBytes))) }) }
  return { delayMs: action.delayMs, bytesPerSecond: action.bytesPerSecond }
}

function redirect({ redirect: to, status = 307, expiresInMs = 60_000 }: RedirectAction): Effect {
  return { replace: (context) => reply(status, { location: to === 'cdn' ? context.signedUrl(expiresInMs) : to }) }
}
