import type { ServeEvent } from '../../serve-event.ts'
import { createFamily } from './exposition.ts'

/** What an upstream said to one request: its status, or none where no answer came. */
export interface UpstreamAnswer {
  readonly host: string
  readonly status?: number | undefined
}

/** What is counted only when somebody asks. */
export interface Gauges {
  readonly downloads: number
  readonly connections: number
}

/** Sums since the start. */
export interface Sums {
  readonly requests: number
  readonly hits: number
  readonly misses: number
  /** In bytes, like the next. */
  readonly sent: number
  readonly saved: number
  readonly fetched: number
}

/** Counts what happens at a server, for Prometheus and for the page. */
export interface Metrics {
  /** Of the handler. */
  observe(event: ServeEvent): void
  /** Each request that left this machine. */
  upstreamAnswered(answer: UpstreamAnswer): void
  /** What an upstream says of the requests that it still allows. */
  rateLimit(host: string, remaining: number): void
  evicted(bytes: number): void
  sums(): Sums
  /** In Prometheus's text format. */
  render(gauges: Gauges): string
}

export function createMetrics(): Metrics {
  const counter = (name: string, help: string): ReturnType<typeof createFamily> =>
    createFamily(`lading_serve_${name}_total`, 'counter', help)
  const gauge = (name: string, help: string): ReturnType<typeof createFamily> =>
    createFamily(`lading_serve_${name}`, 'gauge', help)
  const requests = counter('requests', 'Requests that were answered, by kind and status.')
  const cut = counter('requests_cut', 'Answers whose connection ended before they did.')
  const refused = counter('refused', 'Requests that were refused before any content was looked for, by reason.')
  const hits = counter('hits', 'Requests whose content was here, by kind.')
  const misses = counter('misses', 'Requests whose content was not here, by kind.')
  const joined = counter('downloads_joined', 'Requests that were served from a download under way.')
  const sent = counter('sent_bytes', 'Bytes of content sent to clients.')
  const saved = counter('saved_bytes', 'Bytes that no upstream had to send, because they were here or under way.')
  const fetched = counter('upstream_bytes', 'Bytes of blobs that upstreams sent, by host.')
  const asked = counter('upstream_requests', 'Requests to upstreams, by host and class of status.')
  const failed = counter('upstream_failures', 'Times an upstream could not be asked or refused, by host and reason.')
  const stale = counter('stale', 'Tags served as they were, since their upstream could not be asked.')
  const ended = counter('downloads', 'Downloads that ended, by outcome.')
  const evicted = counter('evicted_bytes', 'Bytes removed to make room.')
  const left = gauge('upstream_requests_left', 'Requests that an upstream still allows, as it says.')
  const downloads = gauge('downloads_under_way', 'Downloads under way.')
  const connections = gauge('connections', 'Open connections of clients.')
  const all = [
    requests,
    cut,
    refused,
    hits,
    misses,
    joined,
    sent,
    saved,
    fetched,
    asked,
    failed,
    stale,
    ended,
    evicted,
    left,
    downloads,
    connections,
  ]
  for (const one of [cut, joined, sent, saved, stale, evicted]) one.add({}, 0)
  return {
    observe(event) {
      switch (event.type) {
        case 'request':
          requests.add({ kind: event.kind ?? 'none', status: String(event.status) })
          sent.add({}, event.bytes)
          if (event.cut) cut.add({})
          return
        case 'refused':
          return refused.add({ code: event.code })
        case 'hit':
          hits.add({ kind: event.kind })
          return saved.add({}, event.size)
        case 'miss':
          return misses.add({ kind: event.kind })
        case 'stale':
          return stale.add({})
        case 'upstream:failed':
          return failed.add({ host: event.host, code: event.code })
        case 'download:joined':
          joined.add({})
          return saved.add({}, event.size)
        case 'download:ended':
          ended.add({ outcome: event.outcome })
          return fetched.add({ host: event.host }, event.received)
        default:
      }
    },
    upstreamAnswered: ({ host, status }) =>
      asked.add({ host, class: status === undefined ? 'none' : `${Math.trunc(status / 100)}xx` }),
    rateLimit: (host, remaining) => left.set({ host }, remaining),
    evicted: (bytes) => evicted.add({}, bytes),
    sums: () => ({
      requests: requests.sum(),
      hits: hits.sum() + joined.sum(),
      // Whoever joined a download had not found it here either.
      misses: Math.max(0, misses.sum() - joined.sum()),
      sent: sent.sum(),
      saved: saved.sum(),
      fetched: fetched.sum(),
    }),
    render(gauges) {
      downloads.set({}, gauges.downloads)
      connections.set({}, gauges.connections)
      return all.map((family) => family.render()).join('')
    },
  }
}
