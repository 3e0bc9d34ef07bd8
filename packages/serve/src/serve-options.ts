import type { IncomingMessage } from 'node:http'
import type { Clock } from '@lading/clock'
import type { Digest } from '@lading/digest'
import type { Content, Downloads, Records, Upstream } from './contracts.ts'
import type { ListenerFacts } from './request/assert-listener.ts'
import type { OnServeEvent } from './serve-event.ts'

export interface ServeOptions {
  /** What is not listed is not served. */
  readonly upstreams: Iterable<Upstream>
  /** The host of the one that names without a host belong to. Default: they are unknown. */
  readonly defaultUpstream?: string | undefined
  readonly content: Content
  readonly records: Records
  readonly downloads: Downloads
  /** How long the upstream is not asked what a tag is, in milliseconds. Default 60 000. */
  readonly ttlMs?: number | undefined
  /** Nobody is asked: what is here is served. Default false. */
  readonly offline?: boolean | undefined
  /** Our pseudonym in `Via`, which the clients of the upstreams send after `hopsOfRequest()`: a request that has it comes from here, and is 508. */
  readonly via?: string | undefined
  /** Where a request came in. Default: what its connection says, without authentication. */
  readonly listener?: ((request: IncomingMessage) => ListenerFacts) | undefined
  /** What one client may ask of upstreams: 0, or milliseconds to wait. Default: all. */
  readonly upstreamRate?: { take(client: string): number } | undefined
  /** Told what is about to be served; what it returns is called when it was. */
  readonly onUse?: ((digest: Digest) => () => void) | undefined
  /** What it throws disturbs nobody. */
  readonly onEvent?: OnServeEvent | undefined
  /** Of waits. Default: the system's. */
  readonly clock?: Pick<Clock, 'sleep'> | undefined
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}
