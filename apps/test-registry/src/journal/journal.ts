import type { Assertions } from './assertions.ts'
import type { Route, RouteKind } from '../route.ts'

/** One request and what became of it. Complete once `finished` is true. */
export interface JournalEntry {
  /** From 0, in the order of arrival. */
  readonly number: number
  readonly origin: 'registry' | 'cdn'
  readonly method: string
  /** With the query, as it came. */
  readonly path: string
  readonly kind: RouteKind
  readonly repository: string | undefined
  readonly target: string | undefined
  /** Values as they came, but of `authorization` the scheme alone: no secret is kept. */
  readonly headers: Readonly<Record<string, string>>
  /** `basic`, `bearer` … in lower case, when there was an `Authorization` header. */
  readonly authorization: string | undefined
  /** Where the request carried a secret: `authorization header`, `path`, `form` … The secret itself is not kept. */
  readonly secrets: readonly string[]
  /** The `Range` header. */
  readonly range: string | undefined
  /** `undefined` when the connection ended before a status was sent. */
  readonly status: number | undefined
  /** Of the answer, names in lower case; empty when there was none. */
  readonly responseHeaders: Readonly<Record<string, string>>
  /** Of the body; what the operating system had not passed on yet may be lost with a reset. */
  readonly bytesSent: number
  /** When it came, in milliseconds since 1970, by the machine's clock. */
  readonly time: number
  /** Milliseconds since the registry started. */
  readonly startedAt: number
  readonly endedAt: number | undefined
  readonly finished: boolean
  /** Names of the faults that changed something about it or its answer. */
  readonly faults: readonly string[]
  /** Names of the faults that were to, and changed nothing: the body was shorter than `afterBytes`, the header was not there … */
  readonly withoutEffect: readonly string[]
}

/** `undefined` in a filter means: any. */
export type JournalFilter = {
  readonly [Member in 'origin' | 'method' | 'kind' | 'repository' | 'target' | 'status']?:
    | JournalEntry[Member]
    | undefined
}

/** Some of the journal. */
export interface JournalView {
  readonly requests: readonly JournalEntry[]
  /** Of all bodies, in bytes. */
  readonly bytesSent: number
  readonly faults: readonly string[]
}

/** Called with an entry when the request comes and once more when it has ended; with `undefined` when the journal is cleared. */
export type JournalListener = (entry: JournalEntry | undefined) => void

export interface Journal extends Assertions {
  readonly entries: readonly JournalEntry[]
  /** How many entries are gone because the journal had grown over 64 MiB. The assertions refuse such a journal. */
  readonly dropped: number
  requests(filter?: JournalFilter): readonly JournalEntry[]
  /** What happened to a blob, at the registry and at the CDN. */
  blob(digest: string): JournalView
  /** What happened to a manifest, by the tag or digest in the path. */
  manifest(target: string): JournalView
  /** Resolves with the first entry that fits and has ended: for what a client does in the background. */
  waitFor(filter: JournalFilter, options?: { readonly signal?: AbortSignal | undefined }): Promise<JournalEntry>
  /** What a listener throws disturbs nobody; the registry's `close` rejects with it. @returns ends the subscription */
  subscribe(listener: JournalListener): () => void
  clear(): void
}

/** The same, while a request is under way. */
export type OpenEntry = { -readonly [Member in keyof JournalEntry]: JournalEntry[Member] }

export interface WritableJournal extends Journal {
  open(request: {
    readonly origin: JournalEntry['origin']
    readonly method: string
    readonly path: string
    readonly headers: Readonly<Record<string, string | string[] | undefined>>
    readonly route: Route
  }): OpenEntry
  close(entry: OpenEntry): void
  /** Throws what a listener threw, once. */
  releaseFailure(): void
}
