import type { Admit } from '../admit.ts'
import type { Emit } from '../client-event.ts'
import type { Clock } from '@lading/clock'
import type { InsecureHosts } from '../endpoint/insecure-hosts.ts'
import type { ProxyPolicy } from '../proxy/proxy-rules.ts'
import type { Transport } from '../transport.ts'
import { allowTime, spendTime, type WireTimeouts } from './allowance.ts'
import { askOnceMore } from './ask-once-more.ts'
import { spreadBytes, type Bandwidth } from './bandwidth.ts'
import { addEndpointHeaders, identify, type Via } from './request-headers.ts'
import { failForListener } from './fail-for-listener.ts'
import { followRedirects } from './follow-redirects.ts'
import type { HostGates } from './host-gates.ts'
import { needPlace } from './host-place.ts'
import { nameWayOut, trustMarkedHosts, type Judge } from './judge-url.ts'
import { skipSickMirrors, type MirrorBreaker } from './mirror-breaker.ts'
import { overTransport } from './over-transport.ts'
import { readRateLimits, type RateLimits } from './rate-limits.ts'
import { refuseWhenClosed } from './refuse-when-closed.ts'
import { reportRequests } from './report-requests.ts'
import { refusePlainHttp, rememberTls, type TlsMemory } from './tls-memory.ts'
import { addTlsSettings, type TlsPolicy } from './tls-policy.ts'
import { waitAtGate } from './wait-at-gate.ts'
import { tellWarnings } from './warnings.ts'
import { adding, type Concern, type WireTransport } from './wire-request.ts'

export interface WireParts {
  readonly clock: Clock
  readonly emit: Emit
  /** Throws what the listener behind `emit` threw, once. */
  readonly releaseFailure: () => void
  readonly closed: () => boolean
  readonly judge: Judge
  readonly userAgent: string
  readonly via: Via | undefined
  readonly insecure: InsecureHosts
  readonly proxy: ProxyPolicy
  readonly timeouts: WireTimeouts
  readonly tlsMemory: TlsMemory
  readonly tlsPolicy: TlsPolicy
  /** Of requests for blobs; `undefined`: as many as the gates let in. */
  readonly admit: Admit | undefined
  readonly gates: HostGates
  readonly rateLimits: RateLimits
  /** `undefined`: no bound. */
  readonly bandwidth: Bandwidth | undefined
  readonly breaker: MirrorBreaker
}

/** Everything that happens to a request, from the caller to the transport. */
export function composeRequest(transport: Transport, parts: WireParts): WireTransport {
  const concerns: readonly Concern[] = [
    // Once for each request.
    failForListener(parts.releaseFailure),
    ...(parts.admit === undefined ? [] : [needPlace(parts.admit, parts.clock)]),
    allowTime(parts.timeouts),
    followRedirects(parts),
    // For each hop that it is redirected.
    refuseWhenClosed(parts.closed),
    refusePlainHttp(parts.tlsMemory),
    addEndpointHeaders,
    identify(parts.userAgent, parts.via),
    trustMarkedHosts(parts.insecure),
    addTlsSettings(parts.tlsPolicy),
    adding(({ url }) => ({ proxy: parts.proxy(url) })),
    nameWayOut,
    reportRequests(parts),
    askOnceMore(parts.closed),
    // For each attempt.
    rememberTls(parts.tlsMemory),
    tellWarnings(parts.emit),
    waitAtGate(parts),
    readRateLimits(parts.rateLimits),
    ...(parts.bandwidth === undefined ? [] : [spreadBytes(parts.bandwidth)]),
    spendTime,
    skipSickMirrors(parts.breaker),
  ]
  return concerns.reduceRight((next, concern) => concern(next), overTransport(transport))
}
