import { failure, registryErrors, type RegistryErrorCode } from '../http/registry-errors.ts'
import { json, reply, type Reply, type ReplyHeaders } from '../http/message.ts'
import { memoryContent, slice, textContent } from '../state/content.ts'
import { joined, flipped } from './bodies.ts'
import type { Effect } from './effect.ts'
import type { Fault, NamedAction, StatusAction } from './fault.ts'
import { brokenLink, linkLoop } from './links.ts'

/** From data to deed. */
export function effectOf(fault: Fault): Effect {
  const { then, afterBytes } = fault
  if (typeof then === 'string') return named(then, afterBytes)
  if ('redirect' in then) {
    const { redirect, status = 307, expiresInMs = 60_000 } = then
    return { replace: (context) => reply(status, { location: redirect === 'cdn' ? context.signedUrl(expiresInMs) : redirect }) }
  }
  if ('status' in then) return { replace: () => statusReply(then) }
  if ('headers' in then) return { change: (given) => ({ ...given, headers: overridden(given.headers, then.headers) }) }
  if ('content' in then) return { change: (given) => ({ ...given, body: textContent(then.content) }) }
  if ('extraBytes' in then) return { change: (given) => ({ ...given, body: joined(given.body, memoryContent(new Uint8Array(then.extraBytes))) }) }
  return { delayMs: then.delayMs, bytesPerSecond: then.bytesPerSecond }
}

function named(action: NamedAction, afterBytes: number | undefined): Effect {
  const at = afterBytes ?? 0
  const header = (change: (headers: ReplyHeaders, serial: number) => ReplyHeaders): Effect => ({ change: (given, context) => ({ ...given, headers: change(given.headers, context.serial()) }) })
  switch (action) {
    case 'reset':
    case 'close':
    case 'stall':
      return { ending: { how: action, afterBytes } }
    case 'flip':
      return { change: (given) => ({ ...given, body: flipped(given.body, at) }) }
    case 'truncate':
      return { change: (given) => ({ ...given, body: slice(given.body, 0, Math.min(at, given.body.size)) }) }
    case 'ignore-range':
      return { request: (request) => ({ ...request, headers: { ...request.headers, range: undefined } }) }
    case 'wrong-content-range':
      return header((headers) => (typeof headers['content-range'] === 'string' ? { ...headers, 'content-range': shifted(headers['content-range']) } : headers))
    case 'range-not-satisfiable':
      return { replace: () => failure('RANGE_INVALID') }
    case 'wrong-digest-header':
      return header((headers) => ({ ...headers, 'docker-content-digest': `sha256:${'0'.repeat(64)}` }))
    case 'no-digest-header':
      return header((headers) => overridden(headers, { 'docker-content-digest': null }))
    case 'new-etag':
      return header((headers, serial) => ({ ...headers, etag: `"changed-${serial}"` }))
    case 'wrong-content-type':
      return header((headers) => ({ ...headers, 'content-type': 'text/plain' }))
    case 'html':
      return { replace: () => reply(200, { 'content-type': 'text/html; charset=utf-8' }, textContent('<!doctype html><title>Sign in</title><h1>Sign in to the network</h1>')) }
    case 'redirect-loop':
      return { replace: ({ request }) => reply(307, { location: request.query.size === 0 ? request.path : `${request.path}?${request.query}` }) }
    case 'link-loop':
      return { change: linkLoop }
    case 'broken-link':
      return { change: brokenLink }
    case 'expire-token':
      return { replace: (context) => context.expireToken() }
  }
}

/** `bytes 10-19/100` to `bytes 11-19/100`. */
const shifted = (range: string): string => range.replace(/^bytes (\d+)/, (_, start: string) => `bytes ${Number(start) + 1}`)

const usualCode = (status: number): RegistryErrorCode =>
  (Object.keys(registryErrors) as RegistryErrorCode[]).find((code) => registryErrors[code][0] === status && code !== 'BLOB_UNKNOWN') ?? (status < 500 ? 'UNSUPPORTED' : 'UNKNOWN')

function statusReply({ status, body, headers = {}, retryAfter }: StatusAction): Reply {
  const all: ReplyHeaders = { ...lowerCase(headers), ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }) }
  if (typeof body === 'string') return reply(status, { 'content-type': 'text/plain; charset=utf-8', ...all }, textContent(body))
  if (body !== undefined) return json(status, body, all)
  return status < 400 ? reply(status, all) : failure(usualCode(status), undefined, { status, headers: all })
}

const lowerCase = <T>(headers: Readonly<Record<string, T>>): Record<string, T> => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

function overridden(headers: ReplyHeaders, changes: Readonly<Record<string, string | readonly string[] | null>>): ReplyHeaders {
  return Object.fromEntries(Object.entries({ ...headers, ...lowerCase(changes) }).filter((entry): entry is [string, string | readonly string[]] => entry[1] !== null))
}
