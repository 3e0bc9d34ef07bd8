import type { RateLimit } from './headers/rate-limit.ts'

/** Which endpoint of a repository is asked, and why another one is. Messages may have text of a server in them. */
export type EndpointEvent =
  /** It is about to be asked. */
  | {
      readonly type: 'endpoint'
      readonly url: string
      readonly mirror: boolean
      /** What for: `resolve` a tag, `pull` what has a digest, `push`, which `referrers` a digest has, a `list` of tags, the `registry` itself. */
      readonly need: 'resolve' | 'pull' | 'push' | 'referrers' | 'list' | 'registry'
    }
  /** It did not work out, or is not asked now (a mirror that rests, plain http after TLS); another one follows. */
  | {
      readonly type: 'endpoint:failed'
      readonly url: string
      readonly mirror: boolean
      readonly need: 'resolve' | 'pull' | 'push' | 'referrers' | 'list' | 'registry'
      readonly code: string
      readonly message: string
    }

/** What the client does on the wire, for debug output. URLs come without query and credentials; nothing here is secret. */
export type ClientEvent =
  | EndpointEvent
  /** An answer's head arrived, or none did (`status` absent). */
  | {
      readonly type: 'request'
      readonly method: string
      readonly url: string
      readonly status?: number | undefined
      readonly milliseconds: number
      /** An `Authorization` header was sent. */ readonly authorized: boolean
      /** Through which proxy, without its user name and password. */ readonly proxy?: string | undefined
    }
  | { readonly type: 'redirect'; readonly from: string; readonly to: string; readonly status: number }
  /** A small request is repeated after `afterMs`. */
  | {
      readonly type: 'retry'
      readonly url: string
      readonly attempt: number
      readonly afterMs: number
      readonly code: string
      readonly status?: number | undefined
    }
  /** What a registry wants its users to know (`Warning: 299`), each text once a client. */
  | { readonly type: 'warning'; readonly host: string; readonly text: string }
  /** A mirror does not answer and is left alone for `forMs`, because of `code`; one request tries it; it answers again. */
  | {
      readonly type: 'mirror'
      readonly origin: string
      readonly state: 'skipped' | 'probed' | 'back'
      readonly forMs?: number | undefined
      readonly code?: string | undefined
    }
  /** A host answered 429, or 503 or 403 with a `Retry-After`; requests to it wait. */
  | { readonly type: 'pause'; readonly host: string; readonly forMs: number }
  /** Requests wait for `forMs`, because the host asked for a pause; once for each pause that somebody waits for. */
  | { readonly type: 'wait'; readonly host: string; readonly forMs: number }
  /** So many requests may now be under way at a host: half as many after a 429, one more after as many good answers. */
  | { readonly type: 'concurrency'; readonly host: string; readonly limit: number }
  /** What a host says of the requests that it still allows. */
  | ({ readonly type: 'rate-limit'; readonly host: string } & RateLimit)
  | {
      readonly type: 'token'
      readonly realm: string
      readonly scope: string
      readonly as: 'anonymous' | 'basic' | 'identity'
      /** There were credentials, and this token server may not see them. */ readonly withheld: boolean
    }
  /** A token server renewed an identity token. `problem`: why it could not be stored, so that another login may be needed. */
  | { readonly type: 'identity-renewed'; readonly host: string; readonly problem?: string | undefined }

export type Emit = (event: ClientEvent) => void

/** A URL without what may be secret in it. */
export const publicUrl = (url: URL): string => url.origin + url.pathname
