import type { Fault } from '@lading/test-registry'

export type Phase = 'ping' | 'token' | 'manifest' | 'index' | 'config' | 'blob'

export const phases: readonly Phase[] = ['ping', 'token', 'manifest', 'index', 'config', 'blob']

/** What goes wrong with an answer: the part of a fault that does not say with which. */
export type Trouble = Pick<Fault, 'then' | 'afterBytes'>

/** The outcome: `ok`, or the code of the error. */
type Outcome = string
type ByPhase = Readonly<Partial<Record<Phase, Outcome>>> & { readonly rest: Outcome }

export interface Row {
  readonly trouble: Trouble
  /** It happens to one request. */
  readonly once: ByPhase
  /** It happens to each. */
  readonly always: ByPhase
}

const status = (code: number, more: Readonly<Record<string, unknown>> = {}): Trouble => ({
  then: { status: code, ...more },
})
const headers = (given: Readonly<Record<string, string | null>>): Trouble => ({ then: { headers: given } })
const raw = (text: string): Trouble => ({ then: { raw: text } })

/** Tried again, and then it is well. */
const passing = (trouble: Trouble, code: Outcome, always: Partial<ByPhase> = {}): Row => ({
  trouble,
  once: { rest: 'ok' },
  always: { rest: code, ...always },
})
/** Never tried again. */
const final = (trouble: Trouble, code: Outcome, by: Partial<ByPhase> = {}): Row => ({
  trouble,
  once: { rest: code, ...by },
  always: { rest: code, ...by },
})
const harmless = (trouble: Trouble): Row => final(trouble, 'ok')
/** A size or digest tells; the answer to a ping is not read. */
const content = (trouble: Trouble, by: Partial<ByPhase> = {}): Row =>
  final(trouble, 'DIGEST_MISMATCH', {
    ping: 'ok',
    token: 'TOKEN_FAILED',
    config: 'SIZE_MISMATCH',
    blob: 'SIZE_MISMATCH',
    ...by,
  })
/** A status with the registry's usual words for it. */
const refusal = (code: number, what: Outcome, by: Partial<ByPhase> = {}): Row =>
  final(status(code), what, { token: 'TOKEN_FAILED', ...by })
// Of a body of two bytes, nothing is lost; of a layer, each attempt brings a piece, which is progress.
const inside = { ping: 'ok', blob: 'ok' }
// Half of a blob is no answer for a config, and for a layer reason to try again.
const partial: Row = {
  trouble: { then: 'unasked-range' },
  once: { rest: 'UNEXPECTED_STATUS', config: 'RANGE_INVALID', blob: 'ok' },
  always: { rest: 'UNEXPECTED_STATUS', config: 'RANGE_INVALID', blob: 'RANGE_INVALID' },
}

export const rows: Readonly<Record<string, Row>> = {
  'reset before the answer': passing({ then: 'reset' }, 'CONNECTION_LOST'),
  'reset inside the body': passing({ then: 'reset', afterBytes: 10 }, 'CONNECTION_LOST', inside),
  'closed before the answer': passing({ then: 'close' }, 'CONNECTION_LOST'),
  'closed inside the body': passing({ then: 'close', afterBytes: 10 }, 'CONNECTION_LOST', inside),
  'cut inside a chunk': passing({ then: 'cut-chunk' }, 'CONNECTION_LOST'),
  'a chunk of nonsense': passing({ then: 'bad-chunk' }, 'CONNECTION_LOST'),
  'a kept connection closed': harmless({ then: 'close-idle' }),
  'a flipped bit': content({ then: 'flip', afterBytes: 3 }, { config: 'DIGEST_MISMATCH', blob: 'DIGEST_MISMATCH' }),
  'a body cut short, with its length': content({ then: 'truncate', afterBytes: 5 }),
  'an empty body': content({ then: { content: '' } }, { manifest: 'BAD_RESPONSE', index: 'BAD_RESPONSE' }),
  'another body': content({ then: { content: '{"something":"else"}' } }),
  'bytes too many': content({ then: { extraBytes: 9 } }),
  'a body without end': final({ then: 'endless' }, 'TOO_LARGE', { config: 'SIZE_MISMATCH', blob: 'SIZE_MISMATCH' }),
  'gzip in transit': final({ then: 'gzip' }, 'CONTENT_CODING', { ping: 'ok' }),
  'a label of a thousand codings that are none': harmless(
    headers({ 'content-encoding': Array.from({ length: 1000 }, () => 'gzip').join(', ') }),
  ),
  'a wrong digest header': final({ then: 'wrong-digest-header' }, 'ok', {
    manifest: 'DIGEST_MISMATCH',
    index: 'DIGEST_MISMATCH',
  }),
  'no digest header': harmless({ then: 'no-digest-header' }),
  'another ETag': harmless({ then: 'new-etag' }),
  'another content type': harmless({ then: 'wrong-content-type' }),
  'a login page': final({ then: 'html' }, 'BAD_RESPONSE', {
    token: 'TOKEN_FAILED',
    config: 'SIZE_MISMATCH',
    blob: 'SIZE_MISMATCH',
  }),
  'a cookie': harmless(headers({ 'set-cookie': 'session=canary-cookie; Path=/' })),
  'a redirect loop': final({ then: 'redirect-loop' }, 'REDIRECT_LOOP'),
  'a redirect to metadata': final({ then: { redirect: 'http://169.254.169.254/latest/meta-data' } }, 'ORIGIN_REFUSED'),
  'a redirect to a private address': final({ then: { redirect: 'http://10.0.0.1/x' } }, 'ORIGIN_REFUSED'),
  'a redirect to a file': final({ then: { redirect: 'file:///etc/passwd' } }, 'ORIGIN_REFUSED'),
  'a redirect to nowhere': final({ then: { redirect: 'http://[' } }, 'BAD_RESPONSE'),
  '400': refusal(400, 'MANIFEST_INVALID', { ping: 'UNSUPPORTED', config: 'DIGEST_INVALID', blob: 'DIGEST_INVALID' }),
  // In the middle of a pull it may be the token that is no longer taken: one fresh one is tried.
  '403': {
    trouble: status(403),
    once: { rest: 'ok', ping: 'DENIED', token: 'DENIED', index: 'DENIED' },
    always: { rest: 'TOKEN_FAILED', ping: 'DENIED', token: 'DENIED', index: 'DENIED' },
  },
  '404': refusal(404, 'MANIFEST_UNKNOWN', { ping: 'UNSUPPORTED', config: 'BLOB_UNKNOWN', blob: 'BLOB_UNKNOWN' }),
  '405': refusal(405, 'UNSUPPORTED'),
  '408': passing(status(408), 'UNEXPECTED_STATUS'),
  '410': refusal(410, 'UNSUPPORTED'),
  // A range may be given up for the whole; of a layer, the transfer starts again.
  '416': {
    trouble: { then: 'range-not-satisfiable' },
    once: { rest: 'RANGE_INVALID', token: 'TOKEN_FAILED', blob: 'ok' },
    always: { rest: 'RANGE_INVALID', token: 'TOKEN_FAILED' },
  },
  '418 with an endless word': final(status(418, { body: 'x'.repeat(300_000) }), 'UNEXPECTED_STATUS'),
  '425': passing(status(425), 'UNEXPECTED_STATUS'),
  '429': passing(status(429), 'TOO_MANY_REQUESTS'),
  // Longer than a request may take as a whole.
  '429 for an hour': final(status(429, { retryAfter: 3600 }), 'TOO_MANY_REQUESTS'),
  '451': refusal(451, 'UNSUPPORTED'),
  '500': passing(status(500), 'UNEXPECTED_STATUS'),
  '502 from a proxy': passing(status(502, { body: '<html>bad gateway</html>' }), 'UNEXPECTED_STATUS'),
  '503 with a date': passing(status(503, { retryAfter: { inSeconds: 2, form: 'imf-fixdate' } }), 'UNEXPECTED_STATUS'),
  '504': passing(status(504), 'UNEXPECTED_STATUS'),
  'a partial answer nobody asked for': partial,
  'no HTTP at all': final(raw('SSH-2.0-OpenSSH_9.2\r\n'), 'BAD_RESPONSE'),
  'a status that is none': final(raw('HTTP/1.1 999999 what\r\n\r\n'), 'BAD_RESPONSE'),
  // The first request with a token is refused: new and refused is refused. Later, a token may have run out, and one is fetched.
  'a token thrown away': {
    trouble: { then: 'expire-token' },
    once: { rest: 'ok', ping: 'UNAUTHORIZED', token: 'UNAUTHORIZED', index: 'UNAUTHORIZED' },
    // The first request has nothing that worked before.
    always: { rest: 'TOKEN_FAILED', ping: 'UNAUTHORIZED', token: 'UNAUTHORIZED', index: 'UNAUTHORIZED' },
  },
  'a realm at metadata': final({ then: { realm: 'http://169.254.169.254/token' } }, 'ORIGIN_REFUSED', {
    ping: 'UNAUTHORIZED',
    token: 'UNAUTHORIZED',
    index: 'UNAUTHORIZED',
  }),
}
