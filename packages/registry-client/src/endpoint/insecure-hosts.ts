import { printable } from '@lading/errors'
import { RegistryError } from '../errors/registry-error.ts'
import { inRange, parseAddress, parseRange, type AddressRange } from '../origin/ip-address.ts'

/** Whether the user marked `host` (`host` or `host:port`) insecure. */
export type InsecureHosts = (host: string) => boolean

/**
 * Entries are compared as text with `host` or `host:port` (so `example.com` does not cover `example.com:5000`), or are
 * CIDR ranges that cover hosts written as addresses, at any port. Names are not resolved: whoever answers the name
 * lookup would decide whether certificates are checked. docker.io is always secure, as in docker.
 *
 * @throws RegistryError `OPTION_INVALID`
 */
export function createInsecureHosts(entries: readonly string[]): InsecureHosts {
  const exact = new Set<string>()
  const ranges: AddressRange[] = []
  for (const entry of entries) {
    if (entry.includes('/')) ranges.push(rangeOf(entry))
    else exact.add(hostEntry(entry))
  }
  return (host) => {
    const lower = host.toLowerCase()
    if (isHub(lower)) return false
    if (exact.has(lower)) return true
    const { hostname } = new URL(`http://${lower}`)
    const address = parseAddress(hostname.startsWith('[') ? hostname.slice(1, -1) : hostname)
    return address !== undefined && ranges.some((range) => inRange(address, range))
  }
}

/**
 * Hosts where nothing else may say that they are insecure, compared as text with `host` or `host:port`.
 *
 * @throws RegistryError `OPTION_INVALID`
 */
export function createSecureHosts(entries: readonly string[]): (host: string) => boolean {
  const exact = new Set(entries.map(hostEntry))
  return (host) => exact.has(host.toLowerCase())
}

const isHub = (host: string): boolean => /^(?:[a-z0-9-]+\.)*docker\.io(?::443)?$/.test(host)

const invalid = (entry: string, why: string): RegistryError =>
  new RegistryError('OPTION_INVALID', `insecure host "${printable(entry, 100)}": ${why}`, {
    hint: 'write host, host:port, or a range such as 10.0.0.0/8',
  })

function rangeOf(entry: string): AddressRange {
  if (entry.includes('://')) throw invalid(entry, 'a host, not a URL')
  const range = parseRange(entry)
  if (range === undefined) throw invalid(entry, 'not an address range')
  return range
}

function hostEntry(entry: string): string {
  const lower = entry.toLowerCase()
  const url = URL.parse(`http://${lower}`)
  // Port 80 is the one that a URL forgets.
  if (url === null || (url.host !== lower && `${url.host}:80` !== lower))
    throw invalid(entry, 'neither a host nor host:port')
  return lower
}
