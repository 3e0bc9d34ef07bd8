import { printable } from '@lading/errors'
import { RegistryError } from '../errors/registry-error.ts'
import { isLoopback } from './loopback.ts'
import type { InsecureHosts } from './insecure-hosts.ts'
import type { Endpoint } from '../registry-client.ts'

/**
 * Mirrors of docker.io, in order, duplicates dropped. A scheme is needed, a path is allowed, a query, a fragment and
 * credentials are not (pull-behaviour 1.4, the later rule). Plain http only where it is allowed for registries too.
 *
 * @throws RegistryError `OPTION_INVALID`
 */
export function mirrorEndpoints(mirrors: readonly string[], insecure: InsecureHosts): readonly Endpoint[] {
  const endpoints = new Map<string, Endpoint>()
  for (const mirror of mirrors) {
    const endpoint = mirrorEndpoint(mirror, insecure)
    if (!endpoints.has(endpoint.url)) endpoints.set(endpoint.url, endpoint)
  }
  return [...endpoints.values()]
}

function mirrorEndpoint(mirror: string, insecure: InsecureHosts): Endpoint {
  const invalid = (why: string): RegistryError =>
    new RegistryError('OPTION_INVALID', `mirror "${printable(mirror, 200)}": ${why}`, { hint: 'write it like https://mirror.example.com' })
  const url = /^https?:\/\//i.test(mirror) ? URL.parse(mirror) : null
  if (url === null) throw invalid('it must start with https:// or http://')
  if (url.username !== '' || url.password !== '') throw invalid('it must not carry a user name or password')
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(mirror)) throw invalid('it must not have a query or fragment')
  const marked = insecure(url.host)
  if (url.protocol === 'http:' && !marked && !isLoopback(url.host)) throw invalid('plain http, and the host is not marked insecure')
  return {
    url: url.origin + url.pathname.replace(/\/$/, ''),
    host: url.host,
    scheme: url.protocol === 'https:' ? 'https' : 'http',
    mirror: true,
    insecure: marked,
  }
}
