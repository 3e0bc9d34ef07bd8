import type { Reference } from '@lading/reference'
import type { TlsSettings } from '../transport.ts'
import type { Endpoint, HostRule } from './endpoint.ts'
import type { InsecureHosts } from './insecure-hosts.ts'

/** What is to be reached: a domain as a whole, or one reference. */
export type HostTarget = Pick<Reference, 'domain'> & Partial<Pick<Reference, 'path' | 'tag' | 'digest'>>

/**
 * Who serves which repository, as configuration has it. `@lading/registry-client/hosts` makes one of the files of
 * containerd, docker and the containers tools; anything that answers the same questions fits.
 */
export interface Hosts {
  /** @throws `HostsError` when a file that speaks about the target cannot be made sense of */
  consult(target: HostTarget, options: { readonly insecure: InsecureHosts }): HostsAnswer
  /** Who says that certificates are not checked at `host` (`host` or `host:port`), whichever way it is reached. */
  insecure(host: string): HostRule | undefined
  /**
   * Certificates for connections to `host`, whichever way it is reached.
   *
   * @throws `HostsError` when they cannot be read
   */
  tls(host: string): HostTls | undefined
}

export interface HostTls extends HostRule {
  readonly tls: TlsSettings
}

export interface HostsAnswer {
  /** In the order to try them, the upstream included. `undefined`: nothing is said, and the built-in rule holds. */
  readonly endpoints?: readonly Endpoint[] | undefined
  /** It may not be reached at all. */
  readonly blocked?: HostRule | undefined
  /** What the files name and this target does not use. */
  readonly passedOver: readonly PassedOver[]
}

export interface PassedOver {
  /** The mirror, or what else it is. */
  readonly what: string
  /** `only for digests` */
  readonly why: string
  readonly rule: HostRule
}
