import { parseAddress } from './ip-address.ts'
import { classOfIp } from './ip-class.ts'

/**
 * How far an address reaches. `forbidden`: link-local, cloud metadata, unspecified, multicast and the like, where no
 * registry's content ever lives.
 */
export type AddressClass = 'public' | 'private' | 'loopback' | 'forbidden'

const metadataNames: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'metadata.packet.net',
  'rancher-metadata',
  'metadata.platformequinix.com',
  'instance-data',
  'instance-data.ec2.internal',
])
// In the hosts file of most machines.
const loopbackNames: ReadonlySet<string> = new Set([
  'localhost',
  'localhost.localdomain',
  'localhost6',
  'localhost6.localdomain6',
  'ip6-localhost',
  'ip6-loopback',
])
// Names that by agreement or habit mean something only inside a network (RFC 6762 with its appendix G, RFC 8375, ICANN's
// reservation of `internal`; `svc` is Kubernetes').
const privateSuffixes: readonly string[] = [
  '.local',
  '.internal',
  '.home.arpa',
  '.lan',
  '.localdomain',
  '.localdomain6',
  '.intranet',
  '.private',
  '.corp',
  '.home',
  '.svc',
]

/**
 * The class of a URL's host. The host must come from a WHATWG URL, which has turned `127.1`, `0x7f000001`, `2130706433`
 * and full-width digits into `127.0.0.1` already. Names are judged by the name alone: what they resolve to is judged
 * where the connection is made.
 */
export function addressClass(hostname: string): AddressClass {
  const name = hostname.toLowerCase().replace(/\.{1,255}$/, '')
  const bare = name.startsWith('[') ? name.slice(1, -1) : name
  const address = parseAddress(bare)
  if (address !== undefined) return classOfIp(address)
  if (metadataNames.has(name)) return 'forbidden'
  if (loopbackNames.has(name) || name.endsWith('.localhost')) return 'loopback'
  if (!name.includes('.') || privateSuffixes.some((suffix) => name.endsWith(suffix))) return 'private'
  return 'public'
}

/** The class of an address as the system writes it: without brackets, perhaps with a zone. */
export function classOfAddress(address: string): AddressClass {
  const parsed = parseAddress(address.split('%', 1)[0] ?? '')
  return parsed === undefined ? 'forbidden' : classOfIp(parsed)
}
