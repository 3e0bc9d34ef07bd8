import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRegistryClient, type RegistryClientOptions } from '@lading/registry-client'
import { openMemoryStore } from '@lading/store/memory'
import {
  createDownloads,
  createServe,
  hopsOfRequest,
  registryUpstream,
  type ServeEvent,
  type ServeOptions,
} from '../../src/index.ts'

export interface Cache {
  readonly host: string
  readonly port: number
  readonly events: readonly ServeEvent[]
  /** Moves the server's clock. */
  advance(ms: number): void
  get(path: string, init?: RequestInit): Promise<Response>
  known: ReturnType<typeof createServe>['known']
  [Symbol.asyncDispose](): Promise<void>
}

export type Kept = Pick<ReturnType<typeof openMemoryStore>, 'source' | 'target' | 'contents' | 'served'>

/** A cache before registries on loopback. */
export async function startCache(
  hosts: readonly string[],
  {
    store = openMemoryStore(),
    client: clientOptions,
    port: wantedPort = 0,
    ...options
  }: Partial<ServeOptions> & {
    readonly store?: Kept | undefined
    readonly client?: RegistryClientOptions | undefined
    /** Default: any. */
    readonly port?: number | undefined
  } = {},
): Promise<Cache> {
  const events: ServeEvent[] = []
  // Stands still: a slow machine makes no tag old.
  const began = Date.now()
  let ahead = 0
  const client = createRegistryClient({
    via: () => [...hopsOfRequest(), ...(options.via === undefined ? [] : [options.via])],
    ...clientOptions,
  })
  const content = { source: store.source(), target: store.target(), arriving: store.contents.arriving }
  const onEvent = (event: ServeEvent): void => void events.push(event)
  const downloads = createDownloads({ content, onEvent })
  const serve = createServe({
    upstreams: hosts.map((host) => registryUpstream(client, { host })),
    defaultUpstream: hosts[0],
    content,
    records: store.served,
    downloads,
    now: () => began + ahead,
    onEvent,
    ...options,
  })
  const server: Server = createServer((request, response) => void serve.handle(request, response))
  await new Promise<void>((resolve) => server.listen(wantedPort, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    host: `127.0.0.1:${port}`,
    port,
    events,
    advance: (ms) => void (ahead += ms),
    get: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
    known: serve.known,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      serve.close()
      await downloads.close()
      await client.close()
    },
  }
}
