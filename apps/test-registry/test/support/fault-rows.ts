import { expect } from 'vitest'
import type { Fault } from '../../src/index.ts'
import { errorCode, json, type Answer } from './http.ts'

/** A row of the list of things that go wrong, the fault that makes it, and what a client then sees. */
export interface FaultRow {
  /** As the README names it. */
  readonly row: string
  readonly what: string
  readonly faults: readonly Fault[]
  /** What is asked for. Default: the blob. */
  readonly ask?: 'blob' | 'range' | 'manifest' | 'token' | 'tags' | 'upload' | 'cdn' | undefined
  /** Seen on the plain socket: no HTTP client takes it. */
  readonly raw?: boolean | undefined
  see(answer: Answer, size: number): void
}

const location =
  (expected: string | RegExp) =>
  ({ status, headers }: Answer): void => {
    expect(status).toBeGreaterThanOrEqual(300)
    expect(headers.location).toMatch(expected)
  }
const challenge =
  (expected: string) =>
  ({ status, headers }: Answer): void =>
    expect([status, headers['www-authenticate']]).toEqual([401, expected])
const header =
  (name: string, expected: unknown) =>
  ({ headers }: Answer): void =>
    expect(headers[name]).toEqual(expected)
const cutAt =
  (bytes: number) =>
  ({ whole, body }: Answer): void =>
    expect([whole, body.length]).toEqual([false, bytes])
const status =
  (expected: number, code?: string) =>
  (answer: Answer): void => {
    expect(answer.status).toBe(expected)
    if (code !== undefined) expect(errorCode(answer)).toBe(code)
  }
const date = /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/

export const faultRows: readonly FaultRow[] = [
  {
    row: 'foreign URL',
    what: 'a foreign URL that asks for a login',
    faults: [{ on: 'cdn', then: { realm: 'http://evil.test/t' } }],
    ask: 'cdn',
    see: ({ headers }) => expect(headers['www-authenticate']).toContain('realm="http://evil.test/t"'),
  },
  {
    row: 'token endpoint',
    what: 'a challenge that leads to an attacker',
    faults: [{ on: 'manifest', then: { realm: 'https://attacker.test/token' } }],
    ask: 'manifest',
    see: challenge('Bearer realm="https://attacker.test/token",service="test-registry",scope="repository:t/app:pull"'),
  },
  {
    row: 'token endpoint',
    what: 'a challenge that leads to cloud metadata, in any spelling',
    faults: [{ on: 'manifest', then: { realm: 'http://[::ffff:a9fe:a9fe]/' } }],
    ask: 'manifest',
    see: ({ headers }) => expect(headers['www-authenticate']).toContain('realm="http://[::ffff:a9fe:a9fe]/"'),
  },
  {
    row: 'token endpoint',
    what: 'a token endpoint that redirects there',
    faults: [{ on: 'token', then: { redirect: 'http://169.254.169.254/', status: 302 } }],
    ask: 'token',
    see: location(/^http:\/\/169\.254\.169\.254\/$/),
  },
  {
    row: 'redirect',
    what: 'a redirect to another origin',
    faults: [{ on: 'blob', then: { redirect: 'cdn' } }],
    see: location(/\/cdn\/v2\/.*signature=/),
  },
  {
    row: 'redirect',
    what: 'and back again, for ever',
    faults: [
      { on: 'blob', then: { redirect: 'cdn' } },
      { on: 'cdn', then: { redirect: 'registry' } },
    ],
    ask: 'cdn',
    see: location(/^http:\/\/[^/]+\/v2\/t\/app\/blobs\//),
  },
  {
    row: 'redirect',
    what: 'from https to http',
    faults: [{ on: 'blob', then: { redirect: 'http://registry.test/' } }],
    see: location(/^http:/),
  },
  {
    row: 'redirect',
    what: 'a secret in the URL of a redirect',
    faults: [{ on: 'blob', then: { redirect: 'https://cdn.test/blob?X-Amz-Signature=secret' } }],
    see: location(/X-Amz-Signature=secret$/),
  },
  {
    row: 'upload Location',
    what: 'an upload that is to go on elsewhere',
    faults: [{ on: 'upload', then: { headers: { location: 'https://evil.test/upload' } } }],
    ask: 'upload',
    see: header('location', 'https://evil.test/upload'),
  },
  {
    row: 'pages',
    what: 'a next page inside the network',
    faults: [{ on: 'tags', then: { headers: { link: '<http://internal.test/v2/_catalog>; rel="next"' } } }],
    ask: 'tags',
    see: header('link', '<http://internal.test/v2/_catalog>; rel="next"'),
  },
  {
    row: 'pages',
    what: 'the same page for ever',
    faults: [{ on: 'tags', then: 'link-loop' }],
    ask: 'tags',
    see: header('link', '</v2/t/app/tags/list>; rel="next"'),
  },
  {
    row: 'pages',
    what: 'always one more page',
    faults: [{ on: 'tags', then: 'endless-pages' }],
    ask: 'tags',
    see: header('link', '</v2/t/app/tags/list?page=1>; rel="next"'),
  },
  {
    row: 'redirect',
    what: 'a redirect to what is no web',
    faults: [{ on: 'blob', then: { redirect: 'file:///etc/passwd' } }],
    see: location(/^file:/),
  },
  {
    row: 'body',
    what: 'a body without end behind a redirect',
    faults: [{ on: 'cdn', then: 'endless' }],
    ask: 'cdn',
    see: ({ body, whole, headers }, size) =>
      expect([body.length > size, whole, headers['content-length']]).toEqual([true, false, undefined]),
  },
  {
    row: 'content coding',
    what: 'a content coding that is real',
    faults: [{ on: 'blob', then: 'gzip' }],
    see: ({ headers, body }) =>
      expect([headers['content-encoding'], [...body.subarray(0, 2)]]).toEqual(['gzip', [0x1f, 0x8b]]),
  },
  {
    row: 'content coding',
    what: 'codings over codings',
    faults: [{ on: 'manifest', then: { headers: { 'content-encoding': 'gzip, gzip, gzip, gzip' } } }],
    ask: 'manifest',
    see: header('content-encoding', 'gzip, gzip, gzip, gzip'),
  },
  {
    row: 'body',
    what: 'an error body without end',
    faults: [
      { on: 'manifest', then: { status: 500 } },
      { on: 'manifest', then: 'endless' },
    ],
    ask: 'manifest',
    see: (answer) => expect([answer.status, answer.whole, answer.body.length > 100_000]).toEqual([500, false, true]),
  },
  {
    row: 'body',
    what: 'a token body without end',
    faults: [{ on: 'token', then: 'endless' }],
    ask: 'token',
    see: ({ body, whole }) => expect([body.length > 100_000, whole]).toEqual([true, false]),
  },
  {
    row: 'slow',
    what: 'a head that drips',
    faults: [{ on: 'manifest', then: { headBytesPerSecond: 20_000 } }],
    ask: 'manifest',
    see: ({ headers, whole }) => expect([headers.connection, whole]).toEqual(['close', true]),
  },
  {
    row: 'slow',
    what: 'a body that drips',
    faults: [{ on: 'manifest', then: { bytesPerSecond: 20_000 } }],
    ask: 'manifest',
    see: ({ whole }) => expect(whole).toBe(true),
  },
  {
    row: 'challenge',
    what: 'a challenge that asks for more than is needed',
    faults: [
      {
        on: 'manifest',
        then: { status: 401, headers: { 'www-authenticate': 'Bearer realm="/token",scope="registry:catalog:*"' } },
      },
    ],
    ask: 'manifest',
    see: challenge('Bearer realm="/token",scope="registry:catalog:*"'),
  },
  {
    row: 'challenge',
    what: 'a challenge that is hard to read',
    faults: [
      {
        on: 'manifest',
        then: { status: 401, headers: { 'www-authenticate': 'Bearer realm="x,y=\\"z, Basic realm=' } },
      },
    ],
    ask: 'manifest',
    see: challenge('Bearer realm="x,y=\\"z, Basic realm='),
  },
  {
    row: 'challenge',
    what: 'two schemes in one header, a realm twice',
    faults: [
      {
        on: 'manifest',
        then: {
          status: 401,
          headers: {
            'www-authenticate': 'Basic realm="a", Bearer realm="http://one.test/t",realm="http://two.test/t"',
          },
        },
      },
    ],
    ask: 'manifest',
    see: challenge('Basic realm="a", Bearer realm="http://one.test/t",realm="http://two.test/t"'),
  },
  {
    row: 'token',
    what: 'a token with a strange life',
    faults: [{ on: 'token', then: { members: { expires_in: -1, issued_at: '2999-01-01T00:00:00Z' } } }],
    ask: 'token',
    see: (answer) =>
      expect(json(answer)).toMatchObject({
        expires_in: -1,
        issued_at: '2999-01-01T00:00:00Z',
        token: expect.any(String) as string,
      }),
  },
  {
    row: 'token',
    what: 'a token that is no header',
    faults: [{ on: 'token', then: { members: { token: 'a\r\nx-evil: b' } } }],
    ask: 'token',
    see: (answer) => expect(json(answer)['token']).toBe('a\r\nx-evil: b'),
  },
  {
    row: 'token',
    what: 'a life beyond all numbers',
    faults: [{ on: 'token', then: { content: '{"token":"t","expires_in":1e309}' } }],
    ask: 'token',
    see: ({ body }) => expect(body.toString()).toContain('1e309'),
  },
  {
    row: 'token',
    what: 'HTML in place of a token',
    faults: [{ on: 'token', then: 'html' }],
    ask: 'token',
    see: header('content-type', 'text/html; charset=utf-8'),
  },
  {
    row: 'digest header',
    what: 'a digest header that lies',
    faults: [{ on: 'manifest', then: 'wrong-digest-header' }],
    ask: 'manifest',
    see: header('docker-content-digest', `sha256:${'0'.repeat(64)}`),
  },
  {
    row: 'digest header',
    what: 'no digest header',
    faults: [{ on: 'manifest', then: 'no-digest-header' }],
    ask: 'manifest',
    see: header('docker-content-digest', undefined),
  },
  {
    row: 'digest header',
    what: 'a list of digests',
    faults: [{ on: 'manifest', then: { headers: { 'docker-content-digest': 'sha256:aa, sha256:bb' } } }],
    ask: 'manifest',
    see: header('docker-content-digest', 'sha256:aa, sha256:bb'),
  },
  {
    row: 'tag that moves',
    what: 'another manifest than HEAD said',
    faults: [{ on: 'manifest', method: 'GET', then: { content: '{}' } }],
    ask: 'manifest',
    see: ({ body }) => expect(body.toString()).toBe('{}'),
  },
  {
    row: 'damaged bytes',
    what: 'bytes that are broken in the middle',
    faults: [{ on: 'blob', afterBytes: 50_000, then: 'flip' }],
    see: ({ whole }) => expect(whole).toBe(true),
  },
  {
    row: 'length',
    what: 'fewer bytes than promised',
    faults: [{ on: 'blob', then: { headers: { 'content-length': '200000' } } }],
    see: ({ whole }) => expect(whole).toBe(false),
  },
  {
    row: 'length',
    what: 'more bytes than promised',
    faults: [{ on: 'blob', then: { headers: { 'content-length': '10' } } }],
    see: ({ headers, body }) => expect([headers['content-length'], body.length]).toEqual(['10', 10]),
  },
  {
    row: 'length',
    what: 'no length',
    faults: [{ on: 'blob', then: { headers: { 'content-length': null } } }],
    see: ({ headers, body }, size) => expect([headers['content-length'], body.length]).toEqual([undefined, size]),
  },
  {
    row: 'length',
    what: 'a length below nothing',
    faults: [{ on: 'manifest', then: { raw: 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}' } }],
    raw: true,
    see: ({ body }) => expect(body.toString()).toContain('content-length: -1'),
  },
  {
    row: 'length',
    what: 'two lengths that differ',
    faults: [{ on: 'manifest', then: { raw: 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{} ' } }],
    raw: true,
    see: ({ body }) =>
      expect(body.toString()).toBe('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{} '),
  },
  {
    row: 'length',
    what: 'a length and chunks at once',
    faults: [
      {
        on: 'manifest',
        then: { raw: 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n' },
      },
    ],
    raw: true,
    see: ({ body }) => expect(body.toString()).toContain('\r\ntransfer-encoding: chunked\r\n'),
  },
  {
    row: 'length',
    what: 'more than the descriptor says',
    faults: [{ on: 'blob', then: { extraBytes: 7 } }],
    see: ({ body }, size) => expect(body.length).toBe(size + 7),
  },
  {
    row: 'range',
    what: 'a range that starts elsewhere',
    faults: [{ on: 'blob', ranged: true, then: 'wrong-content-range' }],
    ask: 'range',
    see: header('content-range', 'bytes 11-19/100000'),
  },
  {
    row: 'range',
    what: 'a range of an unknown whole',
    faults: [{ on: 'blob', then: { headers: { 'content-range': 'bytes 10-19/*' } } }],
    ask: 'range',
    see: header('content-range', 'bytes 10-19/*'),
  },
  {
    row: 'range',
    what: 'a range of another whole',
    faults: [{ on: 'blob', then: { headers: { 'content-range': 'bytes 10-19/20' } } }],
    ask: 'range',
    see: header('content-range', 'bytes 10-19/20'),
  },
  {
    row: 'range',
    what: 'a range of nothing',
    faults: [{ on: 'blob', then: { headers: { 'content-range': 'bytes */100000' } } }],
    ask: 'range',
    see: ({ status: code, headers }) => expect([code, headers['content-range']]).toEqual([206, 'bytes */100000']),
  },
  {
    row: 'range',
    what: 'a range that does not say which',
    faults: [{ on: 'blob', then: { headers: { 'content-range': null } } }],
    ask: 'range',
    see: ({ status: code, headers }) => expect([code, headers['content-range']]).toEqual([206, undefined]),
  },
  {
    row: 'range',
    what: 'several parts',
    faults: [{ on: 'blob', then: { headers: { 'content-type': 'multipart/byteranges; boundary=x' } } }],
    ask: 'range',
    see: header('content-type', 'multipart/byteranges; boundary=x'),
  },
  {
    row: 'range',
    what: 'a part that nobody asked for',
    faults: [{ on: 'blob', then: 'unasked-range' }],
    see: ({ status: code, headers, body }) =>
      expect([code, headers['content-range'], body.length]).toEqual([206, 'bytes 0-49999/100000', 50_000]),
  },
  {
    row: 'damaged bytes',
    what: 'the beginning of another blob',
    faults: [{ on: 'blob', nth: 1, afterBytes: 0, then: 'flip' }],
    see: ({ whole }) => expect(whole).toBe(true),
  },
  {
    row: 'RST mid-blob',
    what: 'a reset',
    faults: [{ on: 'blob', afterBytes: 1000, then: 'reset' }],
    see: ({ whole }) => expect(whole).toBe(false),
  },
  {
    row: 'FIN early',
    what: 'a close in good order',
    faults: [{ on: 'blob', afterBytes: 1000, then: 'close' }],
    see: cutAt(1000),
  },
  {
    row: 'chunked body cut',
    what: 'inside a chunk',
    faults: [{ on: 'blob', afterBytes: 5000, then: 'cut-chunk' }],
    see: cutAt(5000),
  },
  { row: 'chunked body cut', what: 'half of it', faults: [{ on: 'blob', then: 'cut-chunk' }], see: cutAt(50_000) },
  {
    row: 'chunked body cut',
    what: 'a chunk whose size is nonsense',
    faults: [{ on: 'blob', then: 'bad-chunk' }],
    see: cutAt(50_000),
  },
  {
    row: 'body too long',
    what: 'and the length says so',
    faults: [{ on: 'blob', then: { extraBytes: 1 } }],
    see: header('content-length', '100001'),
  },
  {
    row: 'stall',
    what: 'silence in the middle',
    faults: [{ on: 'blob', afterBytes: 5000, then: 'stall' }],
    see: cutAt(5000),
  },
  {
    row: '5xx, 408, 425',
    what: 'with the usual body',
    faults: [{ on: 'blob', then: { status: 503 } }],
    see: status(503, 'UNAVAILABLE'),
  },
  {
    row: '429 + Retry-After',
    what: 'seconds',
    faults: [{ on: 'manifest', then: { status: 429, retryAfter: 5 } }],
    ask: 'manifest',
    see: header('retry-after', '5'),
  },
  {
    row: '429 + Retry-After',
    what: 'a date',
    faults: [{ on: 'manifest', then: { status: 429, retryAfter: { inSeconds: 5 } } }],
    ask: 'manifest',
    see: ({ headers }) => expect(headers['retry-after']).toMatch(date),
  },
  {
    row: '429 + Retry-After',
    what: 'a date of RFC 850',
    faults: [{ on: 'manifest', then: { status: 429, retryAfter: { inSeconds: 5, form: 'rfc850' } } }],
    ask: 'manifest',
    see: ({ headers }) => expect(headers['retry-after']).toMatch(/^\w+day, \d\d-\w{3}-\d\d \d\d:\d\d:\d\d GMT$/),
  },
  {
    row: '429 + Retry-After',
    what: 'a date of asctime',
    faults: [{ on: 'manifest', then: { status: 429, retryAfter: { inSeconds: 5, form: 'asctime' } } }],
    ask: 'manifest',
    see: ({ headers }) => expect(headers['retry-after']).toMatch(/^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/),
  },
  {
    row: '429 + Retry-After',
    what: 'a date gone by',
    faults: [{ on: 'manifest', then: { status: 429, retryAfter: { inSeconds: -60 } } }],
    ask: 'manifest',
    see: ({ headers }) => expect(Date.parse(headers['retry-after'] ?? '')).toBeLessThan(Date.now()),
  },
  {
    row: '429 + Retry-After',
    what: 'negative, enormous, nonsense',
    faults: [{ on: 'manifest', then: { status: 429, retryAfter: '-1, 1e9, soon' } }],
    ask: 'manifest',
    see: header('retry-after', '-1, 1e9, soon'),
  },
  {
    row: '429 + Retry-After',
    what: 'a date by a clock that is wrong',
    faults: [{ on: 'manifest', then: { status: 429, retryAfter: { inSeconds: 5 }, dateSkewSeconds: 3600 } }],
    ask: 'manifest',
    see: ({ headers }) => expect(Date.parse(headers['retry-after'] ?? '') - Date.parse(headers.date ?? '')).toBe(5000),
  },
  {
    row: '4xx other',
    what: 'with the code of its route',
    faults: [{ on: 'manifest', then: { status: 404 } }],
    ask: 'manifest',
    see: status(404, 'MANIFEST_UNKNOWN'),
  },
  {
    row: '401 mid-pull',
    what: 'the token is void from now on',
    faults: [{ on: 'blob', then: 'expire-token' }],
    see: status(401, 'UNAUTHORIZED'),
  },
  {
    row: 'CDN redirect, expiring',
    what: 'a signed URL that is late already',
    faults: [{ on: 'blob', then: { redirect: 'cdn', expiresInMs: 0 } }],
    ask: 'cdn',
    see: status(403),
  },
  {
    row: 'CDN redirect, expiring',
    what: 'and gone for good',
    faults: [{ on: 'cdn', then: { status: 410 } }],
    ask: 'cdn',
    see: status(410),
  },
  {
    row: 'redirect loop',
    what: 'to itself',
    faults: [{ on: 'blob', then: 'redirect-loop' }],
    see: location(/^\/v2\/t\/app\/blobs\/sha256:\w+$/),
  },
  {
    row: '30 hops',
    what: 'and then the right place',
    faults: [{ on: 'blob', then: { redirect: 'cdn', hops: 30 } }],
    see: location(/\?hop=1$/),
  },
  {
    row: 'bad Location',
    what: 'no URL at all',
    faults: [{ on: 'blob', then: { redirect: 'http://[' } }],
    see: location(/^http:\/\/\[$/),
  },
  {
    row: '200 to Range',
    what: 'everything again',
    faults: [{ on: 'blob', ranged: true, then: 'ignore-range' }],
    ask: 'range',
    see: ({ status: code, body }, size) => expect([code, body.length]).toEqual([200, size]),
  },
  {
    row: '416',
    what: 'whatever was asked',
    faults: [{ on: 'blob', ranged: true, then: 'range-not-satisfiable' }],
    ask: 'range',
    see: status(416, 'RANGE_INVALID'),
  },
  {
    row: 'ETag changed',
    what: 'each time',
    faults: [{ on: 'blob', then: 'new-etag' }],
    see: header('etag', '"changed-1"'),
  },
  {
    row: 'TLS alert mid-body',
    what: '(close without TLS)',
    faults: [{ on: 'blob', afterBytes: 1000, then: 'tls-alert' }],
    see: cutAt(1000),
  },
  {
    row: 'keep-alive race',
    what: 'closed after the answer, unannounced',
    faults: [{ on: 'manifest', then: 'close-idle' }],
    ask: 'manifest',
    see: ({ whole, headers }) => expect([whole, headers.connection]).not.toContain(false),
  },
  {
    row: 'keep-alive race',
    what: 'closed as the next request comes',
    faults: [{ on: 'any', reused: true, then: 'reset' }],
    see: status(200),
  },
  {
    row: 'captive portal',
    what: 'HTML with 200',
    faults: [{ on: 'manifest', then: 'html' }],
    ask: 'manifest',
    see: header('content-type', 'text/html; charset=utf-8'),
  },
]
