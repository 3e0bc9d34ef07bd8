/** What happens. Several faults may hit one request: they are done in the order they were added. */
export type FaultAction =
  | NamedAction
  | StatusAction
  | HeadersAction
  | BodyAction
  | RedirectAction
  | ChallengeAction
  | RawAction
  | PaceAction

export type NamedAction =
  /** The connection is reset (RST). What the client had not read yet may be lost, so it gets at most `afterBytes`. */
  | 'reset'
  /** The connection is closed in good order (FIN), exactly `afterBytes` into the body. */
  | 'close'
  /** Nothing more is sent, the connection stays, until the client leaves. */
  | 'stall'
  /** Chunked, and cut inside a chunk: at `afterBytes`, by default in the middle of the body. */
  | 'cut-chunk'
  /** Chunked, and nonsense where a chunk should say its size, at `afterBytes` (default: the middle). */
  | 'bad-chunk'
  /** The whole answer, and then the connection is closed though nothing said so: the next request on it may be lost. */
  | 'close-idle'
  /** TLS alone: a fatal alert at `afterBytes` (default: the middle). Without TLS the same as `close`. */
  | 'tls-alert'
  /** One bit of the byte at `afterBytes` (default 0) is wrong. */
  | 'flip'
  /** The body ends at `afterBytes`, with a `Content-Length` that says so. */
  | 'truncate'
  /** After the right body blanks without end, chunked. */
  | 'endless'
  /** The right body, compressed, with a `Content-Encoding` that says so. */
  | 'gzip'
  /** A `Range` is ignored: 200 and everything. */
  | 'ignore-range'
  /** 206 whose `Content-Range` starts one byte late; the bytes are right. */
  | 'wrong-content-range'
  /** 206 with the first half, to a request that asked for everything. */
  | 'unasked-range'
  /** 416, whatever was asked. */
  | 'range-not-satisfiable'
  /** The query is dropped before the registry sees it: `n`, `last`, `digest`, `mount` … */
  | 'ignore-query'
  | 'wrong-digest-header'
  | 'no-digest-header'
  /** Another ETag each time. */
  | 'new-etag'
  /** `text/plain`. */
  | 'wrong-content-type'
  /** An HTML page with status 200, as a captive portal sends. */
  | 'html'
  /** A redirect to the same URL. */
  | 'redirect-loop'
  /** The list is cut and its `Link` leads to the same page again. */
  | 'link-loop'
  /** Each page has a `Link` to another one, which is never the last. */
  | 'endless-pages'
  /** The list is cut and its `Link` is no link. */
  | 'broken-link'
  /** The token that came with the request is void from now on: 401. */
  | 'expire-token'

/** An answer in place of the registry's own. */
export interface StatusAction {
  readonly status: number
  /** An object is sent as JSON. Default for 4xx and 5xx: an error body with the usual code. */
  readonly body?: string | Readonly<Record<string, unknown>> | undefined
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined
  /** Seconds, an HTTP date, or nonsense: sent as it is. Or a time from now on, in a form of RFC 9110 5.6.7 and 10.2.3. */
  readonly retryAfter?: number | string | RetryTime | undefined
  /** The registry's `Date` is wrong by so much, and a `retryAfter` in the form of a date with it. */
  readonly dateSkewSeconds?: number | undefined
}

export interface RetryTime {
  /** By the registry's clock. May be negative. */
  readonly inSeconds: number
  /** Default `imf-fixdate`. */
  readonly form?: 'seconds' | 'imf-fixdate' | 'rfc850' | 'asctime' | undefined
}

/** The right answer with other headers; `null` removes one. `content-length` may lie: the connection is closed after the body. */
export interface HeadersAction {
  readonly headers: Readonly<Record<string, string | readonly string[] | null>>
}

/** The right head with other bytes. */
export type BodyAction =
  /** Text in place of the body. `Content-Length` fits it. */
  | { readonly content: string }
  /** More than the right body, by so many zero bytes. `Content-Length` fits it. */
  | { readonly extraBytes: number }
  /** The right document with other members; `null` removes one. For a token, a list, a manifest. */
  | { readonly members: Readonly<Record<string, unknown>> }

/** Somewhere else: a URL, `cdn` for the second origin at a signed URL for that very blob or manifest, or `registry` for the way back. */
export interface RedirectAction {
  readonly redirect: string
  /** Default 307. */
  readonly status?: number | undefined
  /** Of a signed URL at the CDN, in milliseconds by the registry's clock. Default 60 000. */
  readonly expiresInMs?: number | undefined
  /** So many redirects to the same place before `redirect`. Default 0. */
  readonly hops?: number | undefined
}

/** 401 with the challenge that a stranger would get, but its token endpoint is there. */
export interface ChallengeAction {
  readonly realm: string
}

/** These very bytes (a character each, U+0000 to U+00FF) in place of the answer, and then the connection is closed. */
export interface RawAction {
  readonly raw: string
}

/** The right answer, late or slowly. */
export interface PaceAction {
  /** Before the head, in milliseconds. */
  readonly delayMs?: number | undefined
  /** Of the answer's body. */
  readonly bytesPerSecond?: number | undefined
  /** Of the answer's head; the connection is closed after such an answer. */
  readonly headBytesPerSecond?: number | undefined
  /** Of the request's body: so fast it is read. */
  readonly requestBytesPerSecond?: number | undefined
}
