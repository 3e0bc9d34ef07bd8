import { parseAddress } from './ip-address.ts'

/**
 * How far an address reaches. `forbidden`: link-local, cloud metadata, unspecified, multicast and the like, where no
 * registry's content ever lives.
 */
export type AddressClass = 'public' | 'private' | 'loopback' | 'forbidden'

// AWS over IPv6 and Alibaba sit inside private ranges; the others are link-local and need no list.
const metadataAddresses: ReadonlySet<string> = new Set(['fd00:ec2::254', 'fd20:ce::254', '100.100.100.200', '192.0.0.192', '168.63.129.16'])
const metadataNames: ReadonlySet<string> = new Set(['metadata', 'metadata.google.internal', 'instance-data', 'instance-data.ec2.internal'])
// Names that by agreement mean something only inside a network (RFC 6762, RFC 8375, ICANN's reservation of `internal`).
const privateSuffixes: readonly string[] = ['.local', '.internal', '.home.arpa', '.lan', '.localdomain']

/**
 * The class of a URL's host. The host must come from a WHATWG URL, which has turned `127.1`, `0x7f000001` and
 * `2130706433` into `127.0.0.1` already. Names are judged by the name alone: what they resolve to is not asked.
 */
export function addressClass(hostname: string): AddressClass {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  if (parseAddress(bare) !== undefined) return bare.includes(':') ? classOf6(bare) : classOf4(bare)
  const name = bare.toLowerCase().replace(/\.$/, '')
  if (metadataNames.has(name)) return 'forbidden'
  if (name === 'localhost' || name.endsWith('.localhost')) return 'loopback'
  if (!name.includes('.') || privateSuffixes.some((suffix) => name.endsWith(suffix))) return 'private'
  return 'public'
}

function classOf4(address: string): AddressClass {
  if (metadataAddresses.has(address)) return 'forbidden'
  const [a = 0, b = 0, c = 0] = address.split('.').map(Number)
  if (a === 127) return 'loopback'
  if (a === 0 || a >= 224 || (a === 169 && b === 254)) return 'forbidden'
  if (a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168) || (a === 100 && b >= 64 && b <= 127)) return 'private'
  // RFC 2544 benchmarks, RFC 6890 protocol assignments, RFC 5737 documentation: not the open internet.
  if ((a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) || (a === 192 && b === 0 && (c === 0 || c === 2)) || (a === 203 && b === 0 && c === 113)) return 'private'
  return 'public'
}

function classOf6(address: string): AddressClass {
  if (metadataAddresses.has(address)) return 'forbidden'
  const groups = groupsOf(address)
  const embedded = embeddedAddress(groups)
  if (embedded !== undefined) return classOf4(embedded)
  const first = groups[0] ?? 0
  if (groups.slice(0, 7).every((group) => group === 0)) return groups[7] === 1 ? 'loopback' : 'forbidden'
  if ((first & 0xffc0) === 0xfe80 || (first & 0xff00) === 0xff00) return 'forbidden'
  if ((first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfec0) return 'private'
  return 'public'
}

/** The IPv4 address inside a mapped, compatible, NAT64 or 6to4 address. */
function embeddedAddress(groups: readonly number[]): string | undefined {
  const at = (index: number): string => {
    const [high = 0, low = 0] = groups.slice(index, index + 2)
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
  }
  const zero = (count: number): boolean => groups.slice(0, count).every((group) => group === 0)
  if (zero(5) && groups[5] === 0xffff) return at(6)
  if (zero(4) && groups[4] === 0xffff && groups[5] === 0) return at(6)
  // `::` and `::1` are addresses of their own.
  if (zero(6) && (groups[6] !== 0 || (groups[7] ?? 0) > 1)) return at(6)
  if (groups[0] === 0x64 && groups[1] === 0xff9b) return at(6)
  if (groups[0] === 0x2002) return at(1)
  return undefined
}

/** Eight numbers of 16 bits. The text is a valid IPv6 address without zone, as WHATWG writes it: never with dots. */
function groupsOf(address: string): readonly number[] {
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  if (tail === undefined) return left.map((group) => Number.parseInt(group, 16))
  const right = tail === '' ? [] : tail.split(':')
  const gap = Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...gap, ...right].map((group) => Number.parseInt(group, 16))
}
