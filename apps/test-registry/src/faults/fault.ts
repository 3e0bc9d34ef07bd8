import type { RouteKind } from '../route.ts'

/**
 * A fault as data: which requests, and what happens to them. JSON, so that a file or another program can hold one.
 *
 * Every given selector must fit. The requests that fit are counted, and `nth`, `from`, `times` and `probability` choose
 * among them. Only requests that got past authentication are looked at, unless `unauthorized` is true.
 */
export interface Fault {
  /** For the journal. Default: what the fault says, in short. */
  readonly name?: string | undefined
  /** The kind of route; `cdn` is the second origin. */
  readonly on: Exclude<RouteKind, 'unknown'> | 'any'
  /** Default: any; for what happens inside a body (`afterBytes`, `flip`, `extraBytes`), GET. */
  readonly method?: string | readonly string[] | undefined
  readonly repository?: string | undefined
  /** A tag, a digest, or an upload's id: as it stands in the path. `digest` is the same. */
  readonly target?: string | undefined
  readonly digest?: string | undefined
  /** Only requests with a `Range` header, or only those without. */
  readonly ranged?: boolean | undefined
  /** True: the requests that the registry turns away with 401, in place of the others. */
  readonly unauthorized?: boolean | undefined
  /** Only the nth request that fits, from 1. */
  readonly nth?: number | undefined
  /** From the nth request that fits. */
  readonly from?: number | undefined
  /** At most so often. */
  readonly times?: number | undefined
  /** 0 to 1: the part of the requests that are hit, the same ones for the same `seed` (default 1). */
  readonly probability?: number | undefined
  readonly seed?: number | undefined
  /**
   * Where in the answer's body it happens, in bytes from the body's own start. Without it `reset`, `close` and `stall`
   * come before any answer; 0 is after the head.
   */
  readonly afterBytes?: number | undefined
  readonly then: FaultAction
}

/** What happens. Several faults may hit one request: they are done in the order they were added. */
export type FaultAction = NamedAction | StatusAction | HeadersAction | BodyAction | RedirectAction | PaceAction

export type NamedAction =
  /** The connection is reset (RST). What the client had not read yet may be lost, so it gets at most `afterBytes`. */
  | 'reset'
  /** The connection is closed in good order (FIN), exactly `afterBytes` into the body. */
  | 'close'
  /** Nothing more is sent, the connection stays, until the client leaves. */
  | 'stall'
  /** One bit of the byte at `afterBytes` (default 0) is wrong. */
  | 'flip'
  /** The body ends at `afterBytes`, with a `Content-Length` that says so. */
  | 'truncate'
  /** A `Range` is ignored: 200 and everything. */
  | 'ignore-range'
  /** 206 whose `Content-Range` starts one byte late; the bytes are right. */
  | 'wrong-content-range'
  /** 416, whatever was asked. */
  | 'range-not-satisfiable'
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
  /** Seconds, an HTTP date, or nonsense: sent as it is. */
  readonly retryAfter?: number | string | undefined
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

/** Somewhere else: a URL, or `cdn` for the second origin, at a signed URL for that very blob or manifest. */
export interface RedirectAction {
  readonly redirect: string
  /** Default 307. */
  readonly status?: number | undefined
  /** Of a signed URL at the CDN, in milliseconds by the registry's clock. Default 60 000. */
  readonly expiresInMs?: number | undefined
}

/** The right answer, late or slowly. */
export interface PaceAction {
  /** Before the head, in milliseconds. */
  readonly delayMs?: number | undefined
  /** Of the body. */
  readonly bytesPerSecond?: number | undefined
}
