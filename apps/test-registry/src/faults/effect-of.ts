import { failure, registryErrors, type RegistryErrorCode } from '../http/registry-errors.ts'
import { lowerCase, overridden } from '../http/headers.ts'
import { json, reply, type Reply, type ReplyHeaders } from '../http/message.ts'
import { memoryContent, textContent } from '../state/content.ts'
import { joined } from './bodies.ts'
import type { Effect } from './effect.ts'
import type { Fault, RedirectAction, StatusAction } from './fault.ts'
import { namedEffects } from './named-effects.ts'

/** From data to deed. */
export function effectOf({ then: action, afterBytes }: Fault): Effect {
  if (typeof action === 'string') return namedEffects[action](afterBytes)
  if ('redirect' in action) return redirect(action)
  if ('status' in action) return { replace: () => statusReply(action) }
  if ('headers' in action) return { change: (given) => ({ ...given, headers: overridden(given.headers, action.headers) }) }
  if ('content' in action) return { change: (given) => ({ ...given, body: textContent(action.content) }) }
  if ('extraBytes' in action) return { change: (given) => ({ ...given, body: joined(given.body, memoryContent(new Uint8Array(action.extraBytes))) }) }
  return { delayMs: action.delayMs, bytesPerSecond: action.bytesPerSecond }
}

function redirect({ redirect: to, status = 307, expiresInMs = 60_000 }: RedirectAction): Effect {
  return { replace: (context) => reply(status, { location: to === 'cdn' ? context.signedUrl(expiresInMs) : to }) }
}

const usualCode = (status: number): RegistryErrorCode =>
  (Object.keys(registryErrors) as RegistryErrorCode[]).find((code) => registryErrors[code][0] === status && code !== 'BLOB_UNKNOWN') ?? (status < 500 ? 'UNSUPPORTED' : 'UNKNOWN')

function statusReply({ status, body, headers = {}, retryAfter }: StatusAction): Reply {
  const all: ReplyHeaders = { ...lowerCase(headers), ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }) }
  if (typeof body === 'string') return reply(status, { 'content-type': 'text/plain; charset=utf-8', ...all }, textContent(body))
  if (body !== undefined) return json(status, body, all)
  return status < 400 ? reply(status, all) : failure(usualCode(status), undefined, { status, headers: all })
}
