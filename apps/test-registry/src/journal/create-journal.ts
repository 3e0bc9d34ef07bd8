import { performance } from 'node:perf_hooks'
import { createHeldFailure, guardListener } from '@lading/errors'
import type {
  JournalEntry,
  JournalFilter,
  JournalListener,
  JournalView,
  OpenEntry,
  WritableJournal,
} from './journal.ts'
import { createAssertions } from './assertions.ts'
import { createSecrets, type Secrets } from './secrets.ts'
import { sightings } from './sightings.ts'

/** Of paths and headers, in UTF-16 units. */
const budget = 64 * 1024 * 1024
/** What an entry takes beside its text. */
const overhead = 500

export function createJournal(secrets: Secrets = createSecrets()): WritableJournal {
  const birth = performance.now()
  let entries: OpenEntry[] = []
  let count = 0
  let dropped = 0
  let weight = 0
  const weights = new WeakMap<OpenEntry, number>()
  const listeners = new Set<JournalListener>()
  const failure = createHeldFailure()
  const tell: JournalListener = (entry) => {
    for (const listener of listeners) listener(entry)
  }
  const journal: Omit<WritableJournal, keyof ReturnType<typeof createAssertions>> = {
    get entries() {
      return entries
    },
    get dropped() {
      return dropped
    },
    requests: (filter = {}) => entries.filter((entry) => fits(entry, filter)),
    blob: (digest) =>
      viewOf(entries.filter((entry) => (entry.kind === 'blob' || entry.kind === 'cdn') && entry.target === digest)),
    manifest: (target) => viewOf(entries.filter((entry) => entry.kind === 'manifest' && entry.target === target)),
    waitFor(filter, { signal } = {}) {
      const there = entries.find((entry) => entry.finished && fits(entry, filter))
      if (there !== undefined) return Promise.resolve(there)
      return new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        const end = (): void => {
          listeners.delete(check)
          signal?.removeEventListener('abort', abort)
        }
        const abort = (): void => {
          end()
          reject(signal?.reason)
        }
        const check: JournalListener = (entry) => {
          if (entry?.finished !== true || !fits(entry, filter)) return
          end()
          resolve(entry)
        }
        listeners.add(check)
        signal?.addEventListener('abort', abort)
      })
    },
    subscribe(listener) {
      // A wrapper of its own: the same function may be there twice.
      const own: JournalListener = guardListener(listener, failure.hold)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    releaseFailure: failure.release,
    clear() {
      entries = []
      dropped = 0
      weight = 0
      tell(undefined)
    },
    open({ origin, method, path, headers, route }) {
      const { authorization, ...others } = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, String(value)]),
      )
      const scheme = authorization?.split(' ')[0]?.toLowerCase()
      const kept = { ...others, ...(scheme === undefined ? {} : { authorization: scheme }) }
      const entry: OpenEntry = {
        number: count++,
        origin,
        method,
        path,
        kind: route.kind,
        repository: route.repository,
        target: route.target,
        headers: kept,
        authorization: scheme,
        secrets: sightings(path, kept, secrets),
        range: others['range'],
        status: undefined,
        responseHeaders: {},
        bytesSent: 0,
        time: Date.now(),
        startedAt: performance.now() - birth,
        endedAt: undefined,
        finished: false,
        faults: [],
        withoutEffect: [],
      }
      add(entry)
      tell(entry)
      return entry
    },
    close(entry) {
      if (entry.finished) return
      entry.finished = true
      entry.endedAt = performance.now() - birth
      tell(entry)
    },
  }
  return Object.assign(journal, createAssertions(journal))

  function add(entry: OpenEntry): void {
    const own =
      overhead +
      entry.path.length +
      Object.entries(entry.headers).reduce((sum, [name, value]) => sum + name.length + value.length, 0)
    weights.set(entry, own)
    entries.push(entry)
    weight += own
    while (weight > budget && entries.length > 1) {
      const oldest = entries.shift()
      weight -= oldest === undefined ? 0 : (weights.get(oldest) ?? 0)
      dropped += 1
    }
  }
}

const fits = (entry: JournalEntry, filter: JournalFilter): boolean =>
  Object.entries(filter).every(
    ([member, value]) => value === undefined || entry[member as keyof JournalFilter] === value,
  )

const viewOf = (requests: readonly JournalEntry[]): JournalView => ({
  requests,
  bytesSent: requests.reduce((sum, { bytesSent }) => sum + bytesSent, 0),
  faults: requests.flatMap(({ faults }) => faults),
})
