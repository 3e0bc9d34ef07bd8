import { RegistryError } from '../errors/registry-error.ts'
import type { Endpoint, HostRule } from './endpoint.ts'
import type { Hosts, HostTarget } from './hosts.ts'
import type { InsecureHosts } from './insecure-hosts.ts'
import { isHub, listEndpoints } from './list-endpoints.ts'

export interface PlanOptions {
  readonly insecure: InsecureHosts
  /** By domain, as the user named them. They go first. */
  readonly mirrors: ReadonlyMap<string, readonly Endpoint[]>
  readonly hosts: Hosts | undefined
}

/**
 * The endpoints of a reference in the order to try them: the client's own mirrors, then what configuration says, and
 * where that says nothing, the built-in rule (pull-behaviour 1.4).
 *
 * @throws RegistryError `HOST_BLOCKED` when configuration forbids it, `TARGET_INVALID` when `domain` is not a host or
 * host:port; HostsError
 */
export function planEndpoints(target: HostTarget, { insecure, mirrors, hosts }: PlanOptions): readonly Endpoint[] {
  const answer = hosts?.consult(target, { insecure })
  if (answer?.blocked !== undefined) throw blocked(target, answer.blocked)
  const own = mirrors.get(isHub(target.domain) ? 'docker.io' : target.domain.toLowerCase()) ?? []
  const endpoints = [...own, ...(answer?.endpoints ?? listEndpoints(target.domain, { insecure }))]
  return hosts === undefined ? endpoints : endpoints.map((endpoint) => withHost(endpoint, hosts))
}

/** What is said of the host holds for every endpoint there that says nothing of it itself. */
function withHost(endpoint: Endpoint, hosts: Hosts): Endpoint {
  const certificates = endpoint.tls === undefined && endpoint.scheme === 'https' ? hosts.tls(endpoint.host) : undefined
  const insecureRule =
    endpoint.insecure && endpoint.insecureRule === undefined ? hosts.insecure(endpoint.host) : undefined
  return {
    ...endpoint,
    ...(certificates === undefined
      ? {}
      : { tls: certificates.tls, tlsRule: { file: certificates.file, rule: certificates.rule } }),
    ...(insecureRule === undefined ? {} : { insecureRule }),
  }
}

function blocked({ domain, path }: HostTarget, { file, rule }: HostRule): RegistryError {
  const name = path === undefined ? domain : `${domain}/${path}`
  return new RegistryError('HOST_BLOCKED', `${name} is blocked by ${rule}${file === undefined ? '' : ` in ${file}`}`, {
    host: domain,
    path: file,
    hint: 'whoever wrote that file does not want it pulled; `lading hosts` shows what else the files say',
  })
}
