import { failure } from '../http/registry-errors.ts'
import { overridden } from '../http/headers.ts'
import { reply, type Reply, type ReplyHeaders } from '../http/message.ts'
import { slice, textContent } from '../state/content.ts'
import { endless, flipped, gzipped, joined } from './bodies.ts'
import { reaches, type Ending } from '../http/ending.ts'
import type { Effect } from './effect.ts'
import type { NamedAction } from './fault-action.ts'
import { brokenLink, endlessPages, linkLoop } from './links.ts'

const signInPage = '<!doctype html><title>Sign in</title><h1>Sign in to the network</h1>'

/** `bytes 10-19/100` to `bytes 11-19/100`. */
const shifted = (range: string): string =>
  range.replace(/^bytes (\d+)/, (_, start: string) => `bytes ${Number(start) + 1}`)

const ending =
  (how: Ending['how']) =>
  (afterBytes: number | undefined): Effect => ({ ending: { how, afterBytes } })

const chunked = (given: Reply): Reply => ({ ...given, headers: overridden(given.headers, { 'content-length': null }) })

const chunkedEnding =
  (how: Ending['how']) =>
  (afterBytes: number | 'half' = 'half'): Effect => ({
    change: (given) => (reaches({ how, afterBytes }, given.body.size) ? chunked(given) : given),
    ending: { how, afterBytes },
  })

/** 206 with the first half, as if it had been asked for. */
const firstHalf = (given: Reply): Reply => {
  const half = Math.ceil(given.body.size / 2)
  if (given.status !== 200 || half === 0) return given
  return {
    status: 206,
    headers: { ...given.headers, 'content-range': `bytes 0-${half - 1}/${given.body.size}` },
    body: slice(given.body, 0, half),
  }
}

const withHeaders = (change: (headers: ReplyHeaders, serial: number) => ReplyHeaders) => (): Effect => ({
  change: (given, context) => ({ ...given, headers: change(given.headers, context.serial()) }),
})

/** One for each word a fault may use. */
export const namedEffects: Readonly<Record<NamedAction, (afterBytes: number | undefined) => Effect>> = {
  reset: ending('reset'),
  close: ending('close'),
  stall: ending('stall'),
  'cut-chunk': chunkedEnding('cut-chunk'),
  'bad-chunk': chunkedEnding('bad-chunk'),
  'close-idle': () => ({ closing: true }),
  'tls-alert': (afterBytes) => ({ ending: { how: 'tls-alert', afterBytes: afterBytes ?? 'half' } }),
  flip: (at = 0) => ({
    change: (given) => (given.body.size > 0 ? { ...given, body: flipped(given.body, at) } : given),
  }),
  truncate: (at = 0) => ({
    change: (given) => (at < given.body.size ? { ...given, body: slice(given.body, 0, at) } : given),
  }),
  endless: () => ({ change: (given) => chunked({ ...given, body: joined(given.body, endless) }) }),
  gzip: () => ({
    change: async (given) => ({
      ...given,
      headers: { ...given.headers, 'content-encoding': 'gzip' },
      body: await gzipped(given.body),
    }),
  }),
  'unasked-range': () => ({ change: firstHalf }),
  'ignore-query': () => ({
    request(request, changed) {
      if (request.query.size > 0) changed()
      return { ...request, query: new URLSearchParams() }
    },
  }),
  'ignore-range': () => ({
    request(request, changed) {
      if (request.headers.range !== undefined) changed()
      return { ...request, headers: { ...request.headers, range: undefined } }
    },
  }),
  'wrong-content-range': withHeaders((headers) =>
    typeof headers['content-range'] === 'string'
      ? { ...headers, 'content-range': shifted(headers['content-range']) }
      : headers,
  ),
  'range-not-satisfiable': () => ({ replace: () => failure('RANGE_INVALID') }),
  'wrong-digest-header': withHeaders((headers) => ({
    ...headers,
    'docker-content-digest': `sha256:${'0'.repeat(64)}`,
  })),
  'no-digest-header': withHeaders((headers) => overridden(headers, { 'docker-content-digest': null })),
  'new-etag': withHeaders((headers, serial) => ({ ...headers, etag: `"changed-${serial}"` })),
  'wrong-content-type': withHeaders((headers) => ({ ...headers, 'content-type': 'text/plain' })),
  html: () => ({ replace: () => reply(200, { 'content-type': 'text/html; charset=utf-8' }, textContent(signInPage)) }),
  'redirect-loop': () => ({
    replace: ({ request }) =>
      reply(307, { location: request.query.size === 0 ? request.path : `${request.path}?${request.query.toString()}` }),
  }),
  'link-loop': () => ({ change: linkLoop }),
  'endless-pages': () => ({ change: endlessPages }),
  'broken-link': () => ({ change: brokenLink }),
  'expire-token': () => ({ replace: (context) => context.expireToken() }),
}
