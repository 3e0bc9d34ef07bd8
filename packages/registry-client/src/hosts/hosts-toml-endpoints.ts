import type { Endpoint } from '../endpoint/endpoint.ts'
import type { HostTarget } from '../endpoint/hosts.ts'
import type { InsecureHosts } from '../endpoint/insecure-hosts.ts'
import { isHub, listEndpoints } from '../endpoint/list-endpoints.ts'
import { isLoopback } from '../endpoint/loopback.ts'
import type { HostDirectoryContent, HostWithTls } from './read-host-directories.ts'

/** The endpoints that a `hosts.toml` gives a domain: its hosts in order, then the server (containerd docs, hosts.md). */
export function hostsTomlEndpoints(
  { server, hosts }: NonNullable<HostDirectoryContent['toml']>,
  { domain }: HostTarget,
  insecure: InsecureHosts,
): readonly Endpoint[] {
  return [...hosts, server].flatMap((table) => {
    const { at } = table
    const mirror = table !== server
    if (at === undefined) return upstream(table, domain, insecure)
    const own = at.host === ownHost(domain)
    const plain = at.scheme === 'http' && !isLoopback(at.host)
    return [
      {
        ...at,
        // A domain's own host is no mirror, wherever it stands.
        mirror: mirror && !own,
        insecure: table.skipVerify || plain || insecure(at.host),
        ...traits(table),
        ...(own ? {} : { namespace: domain }),
        credentialHost: own ? domain : at.host,
      },
    ]
  })
}

/** Without `server`, or with the root's settings alone, it is the domain itself. */
function upstream(table: HostWithTls, domain: string, insecure: InsecureHosts): readonly Endpoint[] {
  return listEndpoints(domain, { insecure }).map((endpoint) => ({
    ...endpoint,
    insecure: endpoint.insecure || table.skipVerify,
    ...traits(table),
  }))
}

function traits({ place, capabilities, headers, overridePath, tls, dialTimeout }: HostWithTls): Partial<Endpoint> {
  return {
    rule: place,
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(headers === undefined ? {} : { headers }),
    ...(overridePath ? { overridePath } : {}),
    ...(tls === undefined ? {} : { tls }),
    ...(dialTimeout === undefined ? {} : { dialTimeout }),
  }
}

const ownHost = (domain: string): string =>
  isHub(domain) ? 'registry-1.docker.io' : domain.toLowerCase().replace(/:443$/, '')
