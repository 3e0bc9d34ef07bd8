import type { Clock } from '@lading/clock'
import type { Admit } from '../admit.ts'
import type { Emit } from '../client-event.ts'
import type { CredentialProvider } from '../credential.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import type { Hosts } from '../endpoint/hosts.ts'
import type { InsecureHosts } from '../endpoint/insecure-hosts.ts'
import type { AddressClass } from '../origin/address-class.ts'
import type { ProxyPolicy } from '../proxy/proxy-rules.ts'
import type { Transport } from '../transport.ts'
import type { FullTimeouts } from '../transport/timeouts.ts'
import type { Bandwidth } from './bandwidth.ts'
import type { HostGates } from './host-gates.ts'
import type { MirrorBreaker } from './mirror-breaker.ts'
import type { RateLimits } from './rate-limits.ts'
import type { TlsPolicy } from './tls-policy.ts'
import type { Warn } from './warnings.ts'

/** What all requests of one client share. */
export interface ClientContext {
  readonly transport: Transport
  readonly clock: Clock
  readonly userAgent: string
  readonly credentials: CredentialProvider | undefined
  readonly insecure: InsecureHosts
  readonly hosts?: Hosts | undefined
  /** On whose behalf it is asked. */
  readonly endpoint?: Endpoint | undefined
  readonly allowRealm: (registryHost: string, realmHost: string) => boolean
  /** Of requests for blobs; `undefined`: as many as the gates let in. */
  readonly admit: Admit | undefined
  readonly gates: HostGates
  readonly breaker: MirrorBreaker
  readonly bandwidth: Bandwidth
  readonly rateLimits: RateLimits
  readonly timeouts: Pick<FullTimeouts, 'total' | 'blob'>
  /** Hosts, as in a URL, at which TLS was seen. Grows only. */
  readonly tls: Set<string>
  /** Of the addresses at which hosts (without port) were connected to. Grows only. */
  readonly reachedAt: ReadonlyMap<string, ReadonlySet<AddressClass>>
  readonly tlsSettings: TlsPolicy
  readonly proxy: ProxyPolicy
  readonly emit: Emit
  readonly warn: Warn
  readonly closed: () => boolean
}
