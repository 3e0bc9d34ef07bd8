import type { Admit } from '../admit.ts'
import type { Emit } from '../client-event.ts'
import type { Clock } from '@lading/clock'
import type { InsecureHosts } from '../endpoint/insecure-hosts.ts'
import { RegistryError } from '../errors/registry-error.ts'
import type { AddressClass } from '../origin/address-class.ts'
import type { RealmPolicy } from '../origin/allowed-realms.ts'
import type { ProxyPolicy } from '../proxy/proxy-rules.ts'
import type { TlsSettings } from '../transport.ts'
import type { ClosableTransport } from '../transport/undici-transport.ts'
import { allowanceOf, type WireTimeouts } from './allowance.ts'
import { createBandwidth } from './bandwidth.ts'
import { composeRequest } from './compose.ts'
import { createHostGates } from './host-gates.ts'
import { createJudge } from './judge-url.ts'
import { createMirrorBreaker } from './mirror-breaker.ts'
import { createRateLimits, type RateLimits } from './rate-limits.ts'
import { createTlsMemory, plainAfterTls } from './tls-memory.ts'
import { createTlsPolicy, type TlsPolicy } from './tls-policy.ts'
import type { Wire } from './wire.ts'
import type { Via } from './request-headers.ts'

/** What a transport of ours tells: at which hosts TLS came about, and where hosts are. */
export interface TransportListeners {
  readonly onTls: (host: string) => void
  readonly onConnected: (hostname: string, at: AddressClass) => void
}

export interface CreateWireOptions {
  readonly clock: Clock
  readonly emit: Emit
  /** Throws what the listener behind `emit` threw, once. */
  readonly releaseFailure: () => void
  readonly userAgent: string
  readonly via: Via | undefined
  readonly timeouts: WireTimeouts
  /** Requests at once at one host. */
  readonly connections: number
  /** Of requests for blobs; `undefined`: as many as the gates let in. */
  readonly admit: Admit | undefined
  /** Bytes per second; `undefined`: no bound. */
  readonly limitRate: number | undefined
  readonly insecure: InsecureHosts
  readonly allowRealm: RealmPolicy
  readonly proxy: ProxyPolicy
  /** Of hosts that are no endpoints. */
  readonly tls: (host: string) => TlsSettings | undefined
}

/** A client's wire, and what its maker needs of it beside. */
export interface OwnWire {
  readonly wire: Wire
  readonly rateLimits: RateLimits
  readonly tlsPolicy: TlsPolicy
  close(): Promise<void>
}

/** @throws RegistryError `OPTION_INVALID` */
export function createWire(
  options: CreateWireOptions,
  createTransport: (listeners: TransportListeners) => ClosableTransport,
): OwnWire {
  const { clock, emit } = options
  const tlsMemory = createTlsMemory()
  const reachedAt = new Map<string, Set<AddressClass>>()
  const gates = createHostGates(clock, { most: options.connections, emit })
  const bandwidth = options.limitRate === undefined ? undefined : createBandwidth(clock, options.limitRate)
  const rateLimits = createRateLimits(emit)
  const tlsPolicy = createTlsPolicy(options.tls)
  const judge = createJudge({ ...options, reachedAt })
  const closing = new AbortController()
  const closed = (): boolean => closing.signal.aborted
  const { admit } = options
  const { transport, close } = createTransport({
    onTls: tlsMemory.add,
    onConnected: (hostname, at) =>
      void reachedAt.set(hostname, (reachedAt.get(hostname) ?? new Set<AddressClass>()).add(at)),
  })
  const breaker = createMirrorBreaker({ clock, emit })
  const request = composeRequest(transport, {
    ...options,
    admit: admit && ((host, how) => admit(host, { ...how, signal: anyOf(how.signal, closing.signal) })),
    closed,
    judge,
    tlsMemory,
    tlsPolicy,
    gates,
    rateLimits,
    bandwidth,
    breaker,
  })
  const passOver: Wire['passOver'] = ({ url, mirror }) => {
    const parsed = new URL(url)
    return plainAfterTls(tlsMemory, parsed) ?? (mirror ? breaker.skips(parsed.origin) : undefined)
  }
  return {
    wire: {
      request,
      judge,
      tlsSeen: tlsMemory.seen,
      passOver,
      clock,
      emit,
      closed,
      newAllowance: (waitedMs) => allowanceOf(options.timeouts, waitedMs),
    },
    rateLimits,
    tlsPolicy,
    async close() {
      const reason = new RegistryError('CLIENT_CLOSED', 'the registry client was closed')
      closing.abort(reason)
      gates.close(reason)
      bandwidth?.close()
      await close()
    },
  }
}

const anyOf = (given: AbortSignal | undefined, own: AbortSignal): AbortSignal =>
  given === undefined ? own : AbortSignal.any([given, own])
