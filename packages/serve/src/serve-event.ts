import type { Digest } from '@lading/digest'

/** Where something belongs: an upstream's canonical host, and the path of a repository of it. */
interface Place {
  readonly host: string
  readonly repository: string
}

/** What a request was for. */
export type AskKind = 'base' | 'manifest' | 'blob' | 'tags' | 'referrers'

/** Everything that happens at a server. Sizes in bytes. Text that a client or a server sent is as it came: a renderer escapes it. */
export type ServeEvent =
  /** A request was answered, or its connection was cut (`cut`). */
  | {
      readonly type: 'request'
      readonly id: number
      readonly method: string
      /** The raw request target as it came, at most 2,048 characters. */
      readonly target: string
      readonly remote: string | undefined
      /** Who has logged in at this server. */
      readonly user?: string | undefined
      readonly status: number
      /** Of the body, as handed to the connection. */
      readonly bytes: number
      readonly milliseconds: number
      readonly cut: boolean
      readonly kind?: AskKind | undefined
      readonly host?: string | undefined
      readonly repository?: string | undefined
      /** A tag or a digest. */
      readonly what?: string | undefined
      /** Where the content came from. */
      readonly from?: 'cache' | 'download' | 'upstream' | undefined
    }
  /** A request was refused before anybody was asked for content. */
  | {
      readonly type: 'refused'
      readonly id: number
      readonly status: number
      readonly code: string
      readonly message: string
    }
  /** This server itself failed at a request, of which its client is told no more than that. */
  | { readonly type: 'failed'; readonly id: number; readonly code: string; readonly message: string }
  /** An upstream is asked. */
  | ({
      readonly type: 'upstream'
      readonly need: 'resolve' | 'document' | 'stat' | 'blob' | 'tags' | 'referrers'
      readonly what?: string | undefined
    } & Place)
  /** An upstream could not be asked, or refused. That it does not have something is an answer, and not told here. */
  | ({ readonly type: 'upstream:failed'; readonly code: string; readonly message: string } & Place)
  /** Content was here. `size`: what the upstream need not send. */
  | ({
      readonly type: 'hit'
      readonly kind: 'manifest' | 'blob'
      readonly digest: Digest
      readonly size: number
    } & Place)
  | ({ readonly type: 'miss'; readonly kind: 'manifest' | 'blob'; readonly what: string } & Place)
  /** The upstream could not be asked, and what it said before is served: of a tag, or a list (no `tag`). `ageMs`: since it was last confirmed. */
  | ({
      readonly type: 'stale'
      readonly need: 'resolve' | 'tags' | 'referrers'
      readonly tag?: string | undefined
      readonly digest?: Digest | undefined
      readonly ageMs: number
      readonly code: string
    } & Place)
  /** What was fetched cannot be written; it is served all the same. */
  | { readonly type: 'unkept'; readonly digest: Digest; readonly code: string; readonly message: string }
  | ({
      readonly type: 'download:started'
      readonly digest: Digest
      readonly size: number
      readonly offset: number
    } & Place)
  | ({ readonly type: 'download:joined'; readonly digest: Digest; readonly size: number } & Place)
  | ({
      readonly type: 'download:ended'
      readonly digest: Digest
      readonly size: number
      readonly outcome: 'complete' | 'failed' | 'unwatched' | 'closed'
      /** From the upstream in this download. */
      readonly received: number
      /** Of what it failed with, like the next. */
      readonly code?: string | undefined
      readonly message?: string | undefined
    } & Place)

/** Told what happens; what it throws ends nothing. */
export type OnServeEvent = (event: ServeEvent) => void
