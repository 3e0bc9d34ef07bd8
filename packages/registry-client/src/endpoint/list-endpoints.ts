import { printable } from '@lading/errors'
import { RegistryError } from '../errors/registry-error.ts'
import type { Endpoint } from './endpoint.ts'
import type { InsecureHosts } from './insecure-hosts.ts'
import { isLoopback } from './loopback.ts'

const hub: Endpoint = {
  url: 'https://registry-1.docker.io',
  host: 'registry-1.docker.io',
  scheme: 'https',
  mirror: false,
  insecure: false,
}

/** Of Docker Hub, by either of its names. */
export const isHub = (domain: string): boolean => /^(?:index\.)?docker\.io$/i.test(domain)

/**
 * A domain's own endpoints in the order to try them: for docker.io the Hub's; for any
 * other host https, then http where the host is loopback or marked insecure.
 *
 * @throws RegistryError `TARGET_INVALID` when `domain` is not a host or host:port
 */
export function listEndpoints(domain: string, { insecure }: { readonly insecure: InsecureHosts }): readonly Endpoint[] {
  const host = domain.toLowerCase()
  if (isHub(host)) return [hub]
  assertHost(host, domain)
  const marked = insecure(host)
  const https: Endpoint = { url: `https://${host}`, host, scheme: 'https', mirror: false, insecure: marked }
  return marked || isLoopback(host) ? [https, { ...https, url: `http://${host}`, scheme: 'http' }] : [https]
}

/** Nothing but a host may come out of the text: `user@host`, `host/path` and `evil\@host` are refused. */
function assertHost(host: string, given: string): void {
  const url = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?$/.test(host) ? URL.parse(`https://${host}`) : null
  if (url === null)
    throw new RegistryError('TARGET_INVALID', `"${printable(given, 200)}" is not a registry's host`, {
      hint: 'write host or host:port',
    })
}
