import { failure } from '../http/registry-errors.ts'
import { overridden } from '../http/headers.ts'
import { reply, type ReplyHeaders } from '../http/message.ts'
import { slice, textContent } from '../state/content.ts'
import { flipped } from './bodies.ts'
import type { Effect } from './effect.ts'
import type { NamedAction } from './fault.ts'
import { brokenLink, linkLoop } from './links.ts'

const signInPage = '<!doctype html><title>Sign in</title><h1>Sign in to the network</h1>'

/** `bytes 10-19/100` to `bytes 11-19/100`. */
const shifted = (range: string): string => range.replace(/^bytes (\d+)/, (_, start: string) => `bytes ${Number(start) + 1}`)

const ending = (how: 'reset' | 'close' | 'stall') => (afterBytes: number | undefined): Effect => ({ ending: { how, afterBytes } })

const withHeaders = (change: (headers: ReplyHeaders, serial: number) => ReplyHeaders) => (): Effect => ({
  change: (given, context) => ({ ...given, headers: change(given.headers, context.serial()) }),
})

/** One for each word a fault may use. */
export const namedEffects: Readonly<Record<NamedAction, (afterBytes: number | undefined) => Effect>> = {
  reset: ending('reset'),
  close: ending('close'),
  stall: ending('stall'),
  flip: (at = 0) => ({ change: (given) => ({ ...given, body: flipped(given.body, at) }) }),
  truncate: (at = 0) => ({ change: (given) => ({ ...given, body: slice(given.body, 0, Math.min(at, given.body.size)) }) }),
  'ignore-range': () => ({ request: (request) => ({ ...request, headers: { ...request.headers, range: undefined } }) }),
  'wrong-content-range': withHeaders((headers) => (typeof headers['content-range'] === 'string' ? { ...headers, 'content-range': shifted(headers['content-range']) } : headers)),
  'range-not-satisfiable': () => ({ replace: () => failure('RANGE_INVALID') }),
  'wrong-digest-header': withHeaders((headers) => ({ ...headers, 'docker-content-digest': `sha256:${'0'.repeat(64)}` })),
  'no-digest-header': withHeaders((headers) => overridden(headers, { 'docker-content-digest': null })),
  'new-etag': withHeaders((headers, serial) => ({ ...headers, etag: `"changed-${serial}"` })),
  'wrong-content-type': withHeaders((headers) => ({ ...headers, 'content-type': 'text/plain' })),
  html: () => ({ replace: () => reply(200, { 'content-type': 'text/html; charset=utf-8' }, textContent(signInPage)) }),
  'redirect-loop': () => ({ replace: ({ request }) => reply(307, { location: request.query.size === 0 ? request.path : `${request.path}?${request.query.toString()}` }) }),
  'link-loop': () => ({ change: linkLoop }),
  'broken-link': () => ({ change: brokenLink }),
  'expire-token': () => ({ replace: (context) => context.expireToken() }),
}
