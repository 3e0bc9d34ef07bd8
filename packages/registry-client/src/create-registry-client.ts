import { createHeldFailure, guardListener } from '@lading/errors'
import { nameOf, parseReference, withTag, type Reference } from '@lading/reference'
import { schemas as standardSchemas, type Schemas, type StandardDocuments } from '@lading/manifest'
import type { Admit } from './admit.ts'
import { createIdentities } from './auth/identities.ts'
import { createAuthorizer, type Authorizer } from './auth/authorizer.ts'
import type { ClientEvent, EndpointEvent } from './client-event.ts'
import { systemClock, type Clock } from '@lading/clock'
import type { CredentialProvider, IdentityRenewal } from './credential.ts'
import type { Endpoint } from './endpoint/endpoint.ts'
import type { Hosts, HostTarget } from './endpoint/hosts.ts'
import { createInsecureHosts, createSecureHosts, type InsecureHosts } from './endpoint/insecure-hosts.ts'
import { isLoopback } from './endpoint/loopback.ts'
import { mirrorEndpoints } from './endpoint/mirrors.ts'
import { planEndpoints, planOf } from './endpoint/plan-endpoints.ts'
import { RegistryError } from './errors/registry-error.ts'
import { closable } from './wire/closable.ts'
import type { Site } from './site/site.ts'
import { createWire, type TransportListeners } from './wire/create-wire.ts'
import { createRealmPolicy, type AllowedRealm } from './origin/allowed-realms.ts'
import type { RegistryClient } from './registry-client.ts'
import { createRepository } from './repository/create-repository.ts'
import { createEndpointLoop, fromFirstPage, type Candidate } from './repository/endpoint-loop.ts'
import { explainEndpoint } from './repository/need.ts'
import { listCatalog } from './repository/list-catalog.ts'
import type { ProxyPolicy } from './proxy/proxy-rules.ts'
import { signIn } from './sign-in.ts'
import type { TlsSettings, Transport } from './transport.ts'
import type { Lookup } from './transport/lookup.ts'
import { readTimeouts, type Timeouts } from './transport/timeouts.ts'
import type { ClosableTransport } from './transport/undici-transport.ts'

export interface RegistryClientOptions {
  /** Who we are where. Default: nobody, anywhere. */
  readonly credentials?: CredentialProvider | undefined
  /**
   * Keeps an identity token that a token server put in place of another, which may be void now: called once for each,
   * before anything else is asked for with it. The client itself remembers it for its life. What this throws is told as
   * the event `identity-renewed` and ends nothing.
   */
  readonly storeRenewedIdentity?: ((renewal: IdentityRenewal) => void | Promise<void>) | undefined
  /** `host`, `host:port` or CIDR: certificates are not checked there, and plain http is allowed after https. */
  readonly insecure?: readonly string[] | undefined
  /**
   * `host` or `host:port`: certificates are checked there, and plain http is not allowed but on loopback, whatever `insecure`
   * and `hosts` say. Default: none.
   */
  readonly secure?: readonly string[] | undefined
  /**
   * Mirrors, tried before all others, in order: `https://…` of docker.io, `ghcr.io=https://…` of another registry. A path
   * is allowed.
   */
  readonly mirrors?: readonly string[] | undefined
  /** Mirrors, certificates and rules from configuration: see `@lading/registry-client/hosts`. Default: none. */
  readonly hosts?: Hosts | undefined
  /** Token servers on other hosts that may see a registry's credentials, beside those that the registry's own operator is known to have (docker.io, registry.gitlab.com and a few more). */
  readonly allowRealms?: readonly AllowedRealm[] | undefined
  /** What manifests are accepted and how they are decoded. Default: Docker schema 2 and OCI. */
  readonly schemas?: Schemas | undefined
  readonly userAgent?: string | undefined
  /**
   * Of a client within a server: its pseudonym in `Via` (RFC 9110 7.6.3), by which it knows requests that come from itself;
   * or all that a request has passed, its own last, asked for anew for each request. What is no token is left out.
   * Default: no such header.
   */
  readonly via?: string | (() => readonly string[]) | undefined
  readonly timeouts?: Timeouts | undefined
  /** Requests at once at one host; fewer while it says 429. Default 32. */
  readonly connections?: number | undefined
  /** Places of requests for blobs, beside `connections`: `createAdmission()` of `@lading/transfer`, say. Default: no other bound. */
  readonly admit?: Admit | undefined
  /** Bytes per second, over all bodies that this client receives. Default: no bound. */
  readonly limitRate?: number | undefined
  /** How the default transport looks names up. Default: `lookup` of `node:dns`, the system's way. */
  readonly lookup?: Lookup | undefined
  /** PEM certificates that the default transport trusts beside Node's and the system's. */
  readonly certificates?: readonly string[] | undefined
  /** For hosts (`host` or `host:port`) that are not an `Endpoint` with settings of its own. Client certificates are shown to endpoints alone. */
  readonly tls?: ((host: string) => TlsSettings | undefined) | undefined
  /** Through which proxy a URL is asked: `proxyFromEnv()`, say. Default: through none. */
  readonly proxy?: ProxyPolicy | undefined
  /** Instead of the default one, which is HTTP/1.1 by undici, and by sockets of our own for large blobs. */
  readonly transport?: Transport | undefined
  readonly clock?: Clock | undefined
  /**
   * Told what happens on the wire, for debug output. What it throws disturbs nothing that is under way: the request during
   * which it threw, or the next one that ends well, rejects with it.
   */
  readonly onEvent?: ((event: ClientEvent) => void) | undefined
}

/** @param standardTransport the transport where none is given */
export function createRegistryClientOver(
  options: RegistryClientOptions,
  standardTransport: (listeners: TransportListeners) => ClosableTransport,
): RegistryClient {
  const { clock = systemClock, schemas = standardSchemas } = options
  const { hosts } = options
  const marked = createInsecureHosts(options.insecure ?? [])
  const secure = createSecureHosts(options.secure ?? [])
  const insecure: InsecureHosts = (host) => !secure(host) && (marked(host) || hosts?.insecure(host) !== undefined)
  const mirrors = mirrorEndpoints(options.mirrors ?? [], insecure)
  const failure = createHeldFailure()
  const emit = guardListener(options.onEvent, failure.hold)
  const identities = createIdentities({ store: options.storeRenewedIdentity, emit })
  const { wire, rateLimits, tlsPolicy, close } = createWire(
    {
      clock,
      emit,
      releaseFailure: failure.release,
      userAgent: options.userAgent ?? 'lading',
      via: options.via,
      timeouts: readTimeouts(options.timeouts),
      connections: readConnections(options.connections),
      admit: options.admit,
      limitRate: options.limitRate,
      insecure,
      allowRealm: createRealmPolicy(options.allowRealms ?? []),
      proxy: options.proxy ?? (() => undefined),
      tls: (host) => options.tls?.(host) ?? hosts?.tls(host)?.tls,
    },
    (listeners) => (options.transport === undefined ? standardTransport(listeners) : closable(options.transport)),
  )
  const planning = { insecure, secure, mirrors, hosts }
  const authorizers = new Map<string, Authorizer>()

  const siteAt = (
    endpoint: Endpoint,
    { domain, path, name }: { readonly domain: string; readonly path: string; readonly name: string },
  ): Site => {
    assertScheme(endpoint)
    if (endpoint.tls !== undefined) tlsPolicy.useAt(new URL(endpoint.url).origin, endpoint.tls)
    // Credentials of the Hub are filed under its own name, a mirror's under the mirror's.
    const filedUnder = endpoint.credentialHost ?? (endpoint.mirror ? endpoint.host : domain)
    const key = JSON.stringify([endpoint.url, filedUnder, endpoint.insecure, endpoint.rule])
    let authorizer = authorizers.get(key)
    const registry = new URL(endpoint.url)
    if (authorizer === undefined) {
      authorizer = createAuthorizer(wire, {
        registry,
        endpoint,
        host: filedUnder,
        credentials: options.credentials,
        identities,
      })
      authorizers.set(key, authorizer)
    }
    const { url: base, path: rewritten = path, overridePath, namespace } = endpoint
    return {
      endpoint,
      registry,
      base,
      api: overridePath === true ? '' : undefined,
      path: rewritten,
      namespace,
      name,
      authorizer,
      wire,
    }
  }

  /** A registry itself: what a mirror says of its list or its users is the mirror's own. */
  const originsOf = (host: string): Candidate[] => {
    const domain = host.toLowerCase() === 'index.docker.io' ? 'docker.io' : host.toLowerCase()
    const origins = planEndpoints({ domain }, { ...planning, mirrors: new Map() }).filter(({ mirror }) => !mirror)
    return origins.map((endpoint) => ({
      endpoint,
      site: siteAt(endpoint, { domain, path: '', name: domain }),
      named: false,
    }))
  }

  const targetOf = (given: string | Reference): HostTarget => (typeof given === 'string' ? { domain: given } : given)

  return {
    endpoints: (target) => planEndpoints(targetOf(target), planning),
    explain(target) {
      const { endpoints, ...said } = planOf(targetOf(target), planning)
      return { ...said, endpoints: endpoints.map((endpoint) => explainEndpoint(wire, endpoint)) }
    },
    tlsSeen: wire.tlsSeen,
    repository<Known = StandardDocuments>(
      name: string | Reference,
      {
        endpoint,
        schemas: known,
        onEvent,
      }: {
        readonly endpoint?: Endpoint | undefined
        readonly schemas?: Schemas<Known> | undefined
        readonly onEvent?: ((event: EndpointEvent) => void) | undefined
      } = {},
    ) {
      const reference = parseReference(name)
      const site = { domain: reference.domain, path: reference.path, name: nameOf(reference) }
      const candidatesOf = (target: Reference): readonly Candidate[] =>
        (endpoint === undefined ? planEndpoints(target, planning) : [endpoint]).map((each) => ({
          endpoint: each,
          site: siteAt(each, site),
          named: endpoint !== undefined,
        }))
      const candidates = candidatesOf(reference)
      const tellOwn = guardListener(onEvent, failure.hold)
      const tell = (event: EndpointEvent): void => {
        wire.emit(event)
        tellOwn(event)
      }
      return createRepository(site.name, {
        wire,
        rateLimitOf: rateLimits.get,
        loop: createEndpointLoop({ wire, candidates, tell }),
        // Without schemas of their own, callers get what `Known` is by default.
        schemas: known ?? (schemas as unknown as Schemas<Known>),
        candidatesOf: (tag) => candidatesOf(withTag(reference, tag)),
        registry: endpoint ?? candidates.find((each) => !each.endpoint.mirror)?.endpoint,
      })
    },
    async *catalog(host, { signal, pageSize, maxPages } = {}) {
      const loop = createEndpointLoop({ wire, candidates: originsOf(host), tell: wire.emit })
      const asking = { need: 'registry', subject: 'catalog', signal } as const
      yield* fromFirstPage(loop.run, asking, (site) => listCatalog(site, { signal, pageSize, maxPages }))
    },
    rateLimit: rateLimits.get,
    async signIn(host, { signal, credential } = {}) {
      const loop = createEndpointLoop({ wire, candidates: originsOf(host), tell: wire.emit })
      const asking = { need: 'registry', subject: 'sign-in', signal } as const
      return loop.run((site) => signIn(host, site, { signal, credential, identities }), asking)
    },
    close,
  }
}

function readConnections(given = 32): number {
  if (!Number.isInteger(given) || given < 1)
    throw new RegistryError('OPTION_INVALID', `connections is ${String(given)}`, {
      hint: 'use a whole number, 1 or greater',
    })
  return given
}

/** An endpoint of the caller's own making is held to the same rule as ours. */
function assertScheme({ url, host, insecure }: Endpoint): void {
  if (new URL(url).protocol === 'https:' || insecure || isLoopback(host)) return
  throw new RegistryError('ORIGIN_REFUSED', `plain http is not allowed at ${host}`, {
    host,
    hint: `mark the host insecure (--insecure ${host}) if you accept the risk`,
  })
}
