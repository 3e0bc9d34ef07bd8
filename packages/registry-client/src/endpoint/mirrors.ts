import { printable } from '@lading/errors'
import { RegistryError } from '../errors/registry-error.ts'
import type { Endpoint } from './endpoint.ts'
import { isLoopback } from './loopback.ts'
import type { InsecureHosts } from './insecure-hosts.ts'

/** `https://mirror.example`, of docker.io, or `ghcr.io=https://mirror.example`. */
const ofDomain = /^([a-z0-9.:[\]_-]+)=(.*)$/is

/**
 * Mirrors by domain, in order, duplicates dropped. A scheme is needed, a path is allowed, a query, a fragment and
 * credentials are not. Plain http only where it is allowed for registries too.
 *
 * @throws RegistryError `OPTION_INVALID`
 */
export function mirrorEndpoints(
  mirrors: readonly string[],
  insecure: InsecureHosts,
): ReadonlyMap<string, readonly Endpoint[]> {
  const found = new Map<string, Map<string, Endpoint>>()
  for (const mirror of mirrors) {
    const [, domain = 'docker.io', url = mirror] = ofDomain.exec(mirror) ?? []
    const endpoint = mirrorEndpoint(url, insecure)
    const endpoints = found.get(domain.toLowerCase()) ?? new Map<string, Endpoint>()
    found.set(domain.toLowerCase(), endpoints)
    if (!endpoints.has(endpoint.url)) endpoints.set(endpoint.url, endpoint)
  }
  return new Map([...found].map(([domain, endpoints]) => [domain, [...endpoints.values()]]))
}

function mirrorEndpoint(mirror: string, insecure: InsecureHosts): Endpoint {
  const invalid = (why: string): RegistryError =>
    new RegistryError('OPTION_INVALID', `mirror "${printable(mirror, 200)}": ${why}`, {
      hint: 'write it like https://mirror.example.com, or ghcr.io=https://mirror.example.com for another registry than docker.io',
    })
  const read = readMirrorUrl(mirror)
  if (typeof read === 'string') throw invalid(read)
  const marked = insecure(read.host)
  if (read.scheme === 'http' && !marked && !isLoopback(read.host))
    throw invalid('plain http, and the host is not marked insecure')
  return { ...read, mirror: true, insecure: marked }
}

/** The parts of a mirror's URL, or what is wrong with it. */
export function readMirrorUrl(text: string): Pick<Endpoint, 'url' | 'host' | 'scheme'> | string {
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null
  if (url === null) return 'it must start with https:// or http://'
  if (url.username !== '' || url.password !== '') return 'it must not carry a user name or password'
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(text)) return 'it must not have a query or fragment'
  return {
    url: url.origin + url.pathname.replace(/\/+$/, ''),
    host: url.host,
    scheme: url.protocol === 'https:' ? 'https' : 'http',
  }
}
