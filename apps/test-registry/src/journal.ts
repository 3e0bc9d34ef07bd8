import type { Route, RouteKind } from './route.ts'

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
  /** The `Range` header. */
  readonly range: string | undefined
  /** `undefined` when the connection ended before a status was sent. */
  readonly status: number | undefined
  /** Of the body; what the operating system had not passed on yet may be lost with a reset. */
  readonly bytesSent: number
  /** Milliseconds since the registry started. */
  readonly startedAt: number
  readonly endedAt: number | undefined
  readonly finished: boolean
  /** Names of the faults that hit it. */
  readonly faults: readonly string[]
}

/** `undefined` in a filter means: any. */
export type JournalFilter = Partial<Pick<JournalEntry, 'origin' | 'method' | 'kind' | 'repository' | 'target' | 'status'>>

/** Some of the journal. */
export interface JournalView {
  readonly requests: readonly JournalEntry[]
  /** Of all bodies, in bytes. */
  readonly bytesSent: number
  readonly faults: readonly string[]
}

export interface Journal {
  readonly entries: readonly JournalEntry[]
  requests(filter?: JournalFilter): readonly JournalEntry[]
  /** What happened to a blob, at the registry and at the CDN. */
  blob(digest: string): JournalView
  /** What happened to a manifest, by the tag or digest in the path. */
  manifest(target: string): JournalView
  /** Resolves with the first entry that fits and has ended: for what a client does in the background. */
  waitFor(filter: JournalFilter, options?: { readonly signal?: AbortSignal | undefined }): Promise<JournalEntry>
  clear(): void
}

/** The same, while a request is under way. */
export type OpenEntry = { -readonly [Member in keyof JournalEntry]: JournalEntry[Member] }

export interface WritableJournal extends Journal {
  open(request: { readonly origin: JournalEntry['origin']; readonly method: string; readonly path: string; readonly headers: Readonly<Record<string, string | string[] | undefined>>; readonly route: Route }): OpenEntry
  close(entry: OpenEntry): void
}

export function createJournal(): WritableJournal {
  const birth = performance.now()
  let entries: OpenEntry[] = []
  let count = 0
  const waiting = new Set<(entry: JournalEntry) => void>()
  const journal: WritableJournal = {
    get entries() {
      return entries
    },
    requests: (filter = {}) => entries.filter((entry) => fits(entry, filter)),
    blob: (digest) => viewOf(entries.filter((entry) => (entry.kind === 'blob' || entry.kind === 'cdn') && entry.target === digest)),
    manifest: (target) => viewOf(entries.filter((entry) => entry.kind === 'manifest' && entry.target === target)),
    waitFor(filter, { signal } = {}) {
      const there = entries.find((entry) => entry.finished && fits(entry, filter))
      if (there !== undefined) return Promise.resolve(there)
      return new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        const end = (): void => {
          waiting.delete(check)
          signal?.removeEventListener('abort', abort)
        }
        const abort = (): void => {
          end()
          reject(signal?.reason)
        }
        const check = (entry: JournalEntry): void => {
          if (!fits(entry, filter)) return
          end()
          resolve(entry)
        }
        waiting.add(check)
        signal?.addEventListener('abort', abort)
      })
    },
    clear: () => void (entries = []),
    open({ origin, method, path, headers, route }) {
      const { authorization, ...others } = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
      const scheme = authorization?.split(' ')[0]?.toLowerCase()
      const entry: OpenEntry = {
        number: count++,
        origin,
        method,
        path,
        kind: route.kind,
        repository: route.repository,
        target: route.target,
        headers: { ...others, ...(scheme === undefined ? {} : { authorization: scheme }) },
        authorization: scheme,
        range: others['range'],
        status: undefined,
        bytesSent: 0,
        startedAt: performance.now() - birth,
        endedAt: undefined,
        finished: false,
        faults: [],
      }
      entries.push(entry)
      return entry
    },
    close(entry) {
      if (entry.finished) return
      entry.finished = true
      entry.endedAt = performance.now() - birth
      for (const check of waiting) check(entry)
    },
  }
  return journal
}

const fits = (entry: JournalEntry, filter: JournalFilter): boolean =>
  Object.entries(filter).every(([member, value]) => value === undefined || entry[member as keyof JournalFilter] === value)

const viewOf = (requests: readonly JournalEntry[]): JournalView => ({
  requests,
  bytesSent: requests.reduce((sum, { bytesSent }) => sum + bytesSent, 0),
  faults: requests.flatMap(({ faults }) => faults),
})
