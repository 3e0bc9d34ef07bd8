import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRegistryClient } from '@lading/registry-client'
import {
  createDownloads,
  createEviction,
  createInUse,
  createPins,
  createServe,
  createTidying,
  defaultMaxSize,
  freeSpace,
  hopsOfRequest,
  listenerOf,
  openLastUsed,
  pinnedContent,
  registryUpstream,
  type DownloadState,
  type Eviction,
  type OnServeEvent,
  type Who,
} from '@lading/serve'
import { createRate, defaultLimits, type Metrics } from '@lading/serve/front'
import { clientOptions } from '../client-options.ts'
import { isOnObjects, openCommandStore } from '../open-store.ts'
import type { CommandContext } from '../../context.ts'
import { keepRoom } from './keep-room.ts'
import { notReady } from './readiness.ts'
import type { Plan } from './plan.ts'
import type { ServeOptions } from './serve-options.ts'
import { watchClient } from './watch-client.ts'
import { watchEvents } from './watch-events.ts'

/** The handler with its store, its upstreams and the room it has. */
export interface Cache {
  /** Why its store can take nothing now; `undefined`: it can. */
  notReady(): Promise<string | undefined>
  readonly onEvent: OnServeEvent
  handle(request: IncomingMessage, response: ServerResponse, who: Who): Promise<void>
  onTheWay(): readonly DownloadState[]
  close(): Promise<void>
}

export interface CacheTellers {
  readonly context: CommandContext
  readonly metrics: Metrics
  readonly warn: (message: string) => void
  /** Of the access log. */
  readonly line: (line: string) => void
}

/** @throws what opening a store and reading the machine's files throw */
export async function openCache(
  { upstreams, users }: Pick<Plan, 'upstreams' | 'users'>,
  options: ServeOptions,
  { context, metrics, warn, line }: CacheTellers,
): Promise<Cache> {
  const store = await openCommandStore(options, context)
  const [records, inUse, lastUsed] = [store.served, createInUse(), await openLastUsed(store.served)]
  // Another name for each run: a request that comes back to us is told from one of another server.
  const via = `lading-${randomBytes(8).toString('hex')}`
  const known = new Set(upstreams.filter(({ withCredentials }) => withCredentials).map(({ host }) => host))
  const given = await clientOptions(options, context, { warn })
  const watch = watchClient(metrics, warn)
  const client = createRegistryClient({
    ...given,
    via: () => [...hopsOfRequest(), via],
    // Whom nobody named is asked as anybody.
    credentials: async (target, how) => (known.has(target.host) ? given.credentials?.(target, how) : undefined),
    onEvent(event) {
      given.onEvent?.(event)
      watch(event)
    },
  })
  const onEvent = watchEvents({
    metrics,
    lastUsed,
    accessLog: options.accessLog,
    line,
    warn,
    grown: () => room.grown(),
  })
  const content = { source: store.source(), target: store.target(), arriving: store.contents.arriving }
  const downloads = createDownloads({ content, onEvent })
  const { upstreamBurst, upstreamPerMinute } = defaultLimits
  const server = createServe({
    upstreams: upstreams.map((upstream) => registryUpstream(client, upstream)),
    defaultUpstream: upstreams[0]?.host,
    content,
    records,
    downloads,
    offline: options.offline,
    via,
    listener: (request) => ({ ...listenerOf(request), authenticated: users !== undefined }),
    upstreamRate: createRate({ burst: upstreamBurst, perMinute: upstreamPerMinute }),
    onUse: (digest) => inUse.hold(digest),
    onEvent,
  })
  const pins = createPins(records)
  const eviction = createEviction({
    records,
    contents: store.contents,
    discard: (digests) => store.discard(digests),
    lastUsed,
    inUse,
    pinned: () => pinnedContent({ pins, resolve: (reference) => server.known(reference), source: content.source }),
    maxSize: async (taken) => options.maxSize ?? defaultMaxSize(await freeSpace(store.root), taken),
  })
  const tidying = createTidying({
    records,
    contents: store.contents,
    source: content.source,
    isBusy: (digest) => inUse.has(digest) || downloads.onTheWay().some((state) => state.digest === digest),
  })
  const room = keepRoom(
    {
      // A bucket is never full, and how much is in it costs a request for each thousand of its keys.
      eviction: isOnObjects(store.root) && options.maxSize === undefined ? noEviction : eviction,
      tidying,
      lastUsed,
    },
    { onEvicted: (bytes) => metrics.evicted(bytes), onError: (error) => void context.report(error) },
  )
  return {
    notReady: () => notReady(store),
    onEvent,
    handle: (request, response, who) => server.handle(request, response, who),
    onTheWay: () => downloads.onTheWay(),
    async close() {
      server.close()
      await downloads.close()
      await room.close()
      await client.close()
      await store.close()
    },
  }
}

const noEviction: Pick<Eviction, 'run'> = { run: async () => ({ bytes: 0, digests: [], taken: 0 }) }
