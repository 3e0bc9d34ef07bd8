import { parseReference, type Reference } from '@lading/reference'
import { printable } from '@lading/errors'
import type { Endpoint } from '../endpoint/endpoint.ts'
import type { HostTarget, PassedOver } from '../endpoint/hosts.ts'
import type { InsecureHosts } from '../endpoint/insecure-hosts.ts'
import { listEndpoints } from '../endpoint/list-endpoints.ts'
import { invalid } from './hosts-error.ts'
import type { Location, Mirror, Registry } from './parse-registries-conf.ts'

/** The registry whose prefix covers most of the target: the longest text, and a full host before a wildcard of its length. */
export function findRegistry(registries: readonly Registry[], target: HostTarget): Registry | undefined {
  let found: Registry | undefined
  for (const registry of registries) {
    if (covered(textOf(target), registry.prefix) > 0 && weight(registry) > weight(found)) found = registry
  }
  return found
}

/**
 * The mirrors that may serve the target, in order, and the location itself (containers-registries.conf(5)).
 *
 * @throws HostsError `HOSTS_FILE_INVALID` when a rewritten name is none
 */
export function registryEndpoints(
  registry: Registry,
  target: HostTarget,
  insecure: InsecureHosts,
): { readonly endpoints: readonly Endpoint[]; readonly passedOver: readonly PassedOver[] } {
  const passedOver = registry.mirrors.flatMap((mirror) =>
    fits(mirror, target)
      ? []
      : [
          {
            what: mirror.location,
            why: mirror.pull === 'tag-only' ? 'only for tags' : 'only for digests',
            rule: mirror.place,
          },
        ],
  )
  const mirrors = registry.mirrors.filter((mirror) => fits(mirror, target))
  return {
    endpoints: [...mirrors, registry].flatMap((each) =>
      endpointsAt(each, { prefix: registry.prefix, target, mirror: each !== registry, insecure }),
    ),
    passedOver,
  }
}

const weight = (registry: Registry | undefined): number =>
  registry === undefined ? 0 : registry.prefix.length - (registry.prefix.startsWith('*') ? 0.5 : 0)

const fits = ({ pull }: Mirror, { digest }: HostTarget): boolean =>
  pull === 'all' || (pull === 'digest-only') === (digest !== undefined)

const textOf = ({ domain, path, tag, digest }: HostTarget): string =>
  domain.toLowerCase() +
  (path === undefined ? '' : `/${path}`) +
  (tag === undefined ? '' : `:${tag}`) +
  (digest === undefined ? '' : `@${digest}`)

/** How much of the text a prefix covers: up to a `/`, `:` or `@`, or to its end. 0: it does not. */
function covered(text: string, prefix: string): number {
  if (prefix.startsWith('*.')) {
    const host = /^[^/:@]+/.exec(text)?.[0] ?? ''
    return host.endsWith(prefix.slice(1).toLowerCase()) && host.length >= prefix.length ? host.length : 0
  }
  const [host = ''] = prefix.split('/', 1)
  const lower = host.toLowerCase() + prefix.slice(host.length)
  if (!text.startsWith(lower)) return 0
  return text.length === lower.length || '/:@'.includes(text[lower.length] ?? '') ? lower.length : 0
}

interface Terms {
  readonly prefix: string
  readonly target: HostTarget
  readonly mirror: boolean
  readonly insecure: InsecureHosts
}

function endpointsAt(location: Location, { prefix, target, mirror, insecure }: Terms): readonly Endpoint[] {
  const { domain, path } = rewritten(location, prefix, target)
  const marked: InsecureHosts = (host) => location.insecure || insecure(host)
  return listEndpoints(domain, { insecure: marked }).map((endpoint) => ({
    ...endpoint,
    mirror,
    rule: location.place,
    credentialHost: domain,
    ...(path === undefined || path === target.path ? {} : { path }),
    ...(location.insecure && endpoint.insecure ? { insecureRule: location.place } : {}),
  }))
}

/** The location instead of what the prefix covers. */
function rewritten(
  location: Location,
  prefix: string,
  target: HostTarget,
): Pick<Reference, 'domain'> & Partial<Pick<Reference, 'path'>> {
  if (location.location === '') return target
  const text = textOf(target)
  const name = location.location + text.slice(covered(text, prefix))
  // A domain alone has no repository to rewrite.
  if (target.path === undefined) return { domain: name.split('/', 1)[0] ?? name }
  const reference = tryParse(name)
  if (reference === undefined || String(reference) !== name)
    throw invalid(
      location.place,
      `it rewrites ${printable(text, 300)} to "${printable(name, 300)}", which is not a full image name`,
    )
  return reference
}

function tryParse(text: string): Reference | undefined {
  try {
    return parseReference(text)
  } catch {
    return undefined
  }
}
