import type { TlsSettings } from '../transport.ts'

/**
 * What an endpoint may be asked for: `resolve` what a tag points to, `pull` what has a digest, `push`, and which `referrers`
 * a digest has. The words are containerd's.
 */
export type Capability = 'pull' | 'resolve' | 'push' | 'referrers'

/** Where it is written that something is so. */
export interface HostRule {
  /** Absolute path; absent for an option of the client. */
  readonly file?: string | undefined
  /** The table or member of the file: `[host."https://mirror.example"]`, `registry-mirrors`. */
  readonly rule: string
}

/** One base URL that may serve a domain's repositories. */
export interface Endpoint {
  /** `https://registry-1.docker.io`, without a trailing slash; may have a path. */
  readonly url: string
  /** `host` or `host:port`, lower case. */
  readonly host: string
  readonly scheme: 'https' | 'http'
  readonly mirror: boolean
  /** Certificates unchecked and http allowed, because the user said so. */
  readonly insecure: boolean
  /** Default: everything. */
  readonly capabilities?: readonly Capability[] | undefined
  /** The repository's path there, without the domain, where it is another than the reference's. */
  readonly path?: string | undefined
  /** The API is at `url` itself and not at `url` + `/v2` (containerd's `override_path`). */
  readonly overridePath?: boolean | undefined
  /** Sent as `?ns=`: the domain that a proxy is to ask (containerd; distribution-spec, "Registry Proxying"). */
  readonly namespace?: string | undefined
  /** What credentials are filed under. Default: of a mirror its own `host`, else the reference's domain. */
  readonly credentialHost?: string | undefined
  /** Sent with each request to this very origin, and to no other. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Of connections to this very origin. */
  readonly tls?: TlsSettings | undefined
  /** Milliseconds until a connection stands. Default: the transport's. */
  readonly dialTimeout?: number | undefined
  /** Who says that this endpoint is asked; absent where nobody had to. */
  readonly rule?: HostRule | undefined
  /** Who says that it is insecure, where that is another. */
  readonly insecureRule?: HostRule | undefined
  /** Where the settings in `tls` are from, where that is another: a directory of certificates. */
  readonly tlsRule?: HostRule | undefined
}

/** May the endpoint be asked for it? */
export const offers = ({ capabilities }: Endpoint, wanted: Capability): boolean =>
  capabilities === undefined || capabilities.includes(wanted)

/** An endpoint as each operation of the client sees it. */
export interface ExplainedEndpoint {
  readonly endpoint: Endpoint
  /** What it would now be asked for, in its place in the order. */
  readonly asked: readonly Capability[]
  readonly passedOver: readonly { readonly need: Capability; readonly why: string }[]
}
