import { RegistryError } from '../errors/registry-error.ts'
import type { Endpoint, HostRule } from './endpoint.ts'
import type { Hosts, HostsAnswer, HostTarget } from './hosts.ts'
import type { InsecureHosts } from './insecure-hosts.ts'
import { isHub, listEndpoints } from './list-endpoints.ts'
import { isLoopback } from './loopback.ts'

export interface PlanOptions {
  readonly insecure: InsecureHosts
  /** Where configuration may not say otherwise. */
  readonly secure: (host: string) => boolean
  /** By domain, as the user named them. They go first. */
  readonly mirrors: ReadonlyMap<string, readonly Endpoint[]>
  readonly hosts: Hosts | undefined
}

/** Which endpoints there are for a target, and what the files name and it does not use. */
export interface EndpointPlan extends Omit<HostsAnswer, 'endpoints'> {
  /** In the order to try them; none where it is blocked. */
  readonly endpoints: readonly Endpoint[]
}

/**
 * The endpoints of a reference in the order to try them: the client's own mirrors, then what configuration says, and
 * where that says nothing, the built-in rule.
 *
 * @throws RegistryError `TARGET_INVALID` when `domain` is not a host or host:port; HostsError
 */
export function planOf(target: HostTarget, { insecure, secure, mirrors, hosts }: PlanOptions): EndpointPlan {
  const answer = hosts?.consult(target, { insecure }) ?? { passedOver: [] }
  if (answer.blocked !== undefined) return { ...answer, endpoints: [] }
  const own = mirrors.get(isHub(target.domain) ? 'docker.io' : target.domain.toLowerCase()) ?? []
  const given = [...own, ...(answer.endpoints ?? listEndpoints(target.domain, { insecure }))]
  const endpoints = given.flatMap((endpoint) => (secure(endpoint.host) ? secured(endpoint) : [endpoint]))
  return {
    ...answer,
    endpoints: hosts === undefined ? endpoints : endpoints.map((endpoint) => withHost(endpoint, hosts)),
  }
}

/**
 * The endpoints alone.
 *
 * @throws RegistryError `HOST_BLOCKED` when configuration forbids it; what `planOf` throws
 */
export function planEndpoints(target: HostTarget, options: PlanOptions): readonly Endpoint[] {
  const { endpoints, blocked } = planOf(target, options)
  if (blocked !== undefined) throw blockedBy(target, blocked)
  return endpoints
}

/** Without what a file says of certificates and http there. */
function secured(endpoint: Endpoint): readonly Endpoint[] {
  const { insecureRule: _rule, ...rest } = endpoint
  return rest.scheme === 'http' && !isLoopback(rest.host) ? [] : [{ ...rest, insecure: false }]
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

function blockedBy({ domain, path }: HostTarget, { file, rule }: HostRule): RegistryError {
  const name = path === undefined ? domain : `${domain}/${path}`
  return new RegistryError('HOST_BLOCKED', `${name} is blocked by ${rule}${file === undefined ? '' : ` in ${file}`}`, {
    host: domain,
    path: file,
    hint: 'that file forbids it; `lading hosts` shows what all files say',
  })
}
