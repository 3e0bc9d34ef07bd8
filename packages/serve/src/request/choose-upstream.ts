import { printable } from '@lading/errors'
import { isRepositoryPath, tryParseReference } from '@lading/reference'
import type { Upstream } from '../contracts.ts'
import { ServeError } from '../serve-error.ts'

/** A repository of an upstream, and how the client wrote it. */
export interface Place {
  readonly upstream: Upstream
  /** `library/alpine`: canonical. */
  readonly repository: string
  /** As it stands in the request's path. */
  readonly asked: string
  /** `ns` of the request, where it decided. */
  readonly namespace?: string | undefined
}

export interface Upstreams {
  readonly byHost: ReadonlyMap<string, Upstream>
  /** Of names without a host. Absent: they are unknown. */
  readonly byDefault?: Upstream | undefined
}

/**
 * Which upstream's repository a name means: `ns` says it (distribution-spec, "Proxying"), else a host in front of the
 * name, else it is the default one's. A host that is not listed is an unknown name, and never the default's: what one
 * registry calls `x` is not what another one calls so.
 *
 * @throws ServeError 400, 404
 */
export function chooseUpstream(asked: string, namespace: string | undefined, { byHost, byDefault }: Upstreams): Place {
  if (namespace !== undefined) return { ...within(listed(byHost, namespace), asked), asked, namespace }
  const slash = asked.indexOf('/')
  const first = asked.slice(0, Math.max(0, slash))
  if (first === 'localhost' || /[.:]/.test(first))
    return { ...within(listed(byHost, first), asked.slice(slash + 1)), asked }
  if (byDefault === undefined)
    throw new ServeError('NAME_UNKNOWN', `${printable(asked, 300)} does not contain the name of a registry`, {
      status: 404,
      hint: 'this server has no default upstream: write the host before the name',
    })
  return { ...within(byDefault, asked), asked }
}

function listed(byHost: Upstreams['byHost'], host: string): Upstream {
  // `index.docker.io` is `docker.io`; what is no host would be read as a part of a name.
  const parsed = tryParseReference(`${host}/library/x`)
  const upstream = parsed?.path === 'library/x' ? byHost.get(parsed.domain) : undefined
  if (upstream !== undefined) return upstream
  throw new ServeError('NAME_UNKNOWN', `${printable(host, 300)} is not an upstream of this server`, {
    status: 404,
    hint: 'its operator lists the upstreams: lading serve --upstream HOST',
  })
}

function within(upstream: Upstream, path: string): Pick<Place, 'upstream' | 'repository'> {
  const reference = isRepositoryPath(path) ? tryParseReference(`${upstream.host}/${path}`) : undefined
  if (reference === undefined || reference.domain !== upstream.host)
    throw new ServeError('NAME_INVALID', `${printable(path, 300)} is not a repository name`, { status: 400 })
  return { upstream, repository: reference.path }
}
