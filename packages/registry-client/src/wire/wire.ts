import type { Clock } from '@lading/clock'
import type { Emit } from '../client-event.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import type { RegistryError } from '../errors/registry-error.ts'
import type { Allowance } from './allowance.ts'
import type { Judge } from './judge-url.ts'
import type { WireTransport } from './wire-request.ts'

/** What all requests of one client share. */
export interface Wire {
  /** One request and all that happens to it: compose.ts has the list. */
  readonly request: WireTransport
  readonly judge: Judge
  /** Was TLS seen at this `host` or `host:port`? */
  readonly tlsSeen: (host: string) => boolean
  /** Why an endpoint is not asked now, as was seen on the wire: it speaks TLS, or it is a mirror that rests. */
  readonly passOver: (endpoint: Endpoint) => RegistryError | undefined
  /** The time of the attempt that this is for. */
  readonly allowance?: Allowance | undefined
  /** Of a small request, which the registry made wait for so long before. */
  readonly newAllowance: (waitedMs?: number) => Allowance
  readonly clock: Clock
  readonly emit: Emit
  readonly closed: () => boolean
}
