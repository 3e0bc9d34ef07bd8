/** An address range, `10.0.0.0/8` or `fd00::/8`. */
export interface AddressRange {
  readonly base: Uint8Array
  readonly bits: number
}

/**
 * The 4 or 16 bytes of an address in text, `undefined` for anything else: no zone, no brackets, no leading zeros, none of
 * the short forms of IPv4. An IPv4 address mapped into IPv6 (RFC 4291 2.5.5.2) is that IPv4 address.
 */
export function parseAddress(text: string): Uint8Array | undefined {
  if (/^(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})$/.test(text)) {
    const bytes = text.split('.').map(Number)
    return bytes.every((byte) => byte <= 255) ? Uint8Array.from(bytes) : undefined
  }
  if (!text.includes(':') || !/^[0-9a-f:.]+$/i.test(text)) return undefined
  // The URL parser writes an IPv6 address in its one normal form: hexadecimal groups, at most one `::`.
  const normal = URL.parse(`http://[${text}]`)?.hostname.slice(1, -1)
  if (normal === undefined) return undefined
  const [head = '', tail] = normal.split('::')
  const [left, right] = [groupsOf(head), groupsOf(tail ?? '')]
  const groups = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right]
  const bytes = Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]))
  return isMapped(bytes) ? bytes.slice(12) : bytes
}

const groupsOf = (text: string): number[] =>
  text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
const isMapped = (bytes: Uint8Array): boolean =>
  bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff

/** `undefined` for what is no range. A mapped IPv4 base keeps its length in IPv6 terms, so `::ffff:10.0.0.0/104` is `10.0.0.0/8`. */
export function parseRange(text: string): AddressRange | undefined {
  const [address = '', prefix = '', ...more] = text.split('/')
  const base = parseAddress(address)
  if (base === undefined || more.length > 0 || !/^[0-9]{1,3}$/.test(prefix)) return undefined
  const mapped = base.byteLength === 4 && address.includes(':')
  const bits = Number(prefix) - (mapped ? 96 : 0)
  return bits >= 0 && bits <= base.byteLength * 8 ? { base, bits } : undefined
}

export function inRange(address: Uint8Array, { base, bits }: AddressRange): boolean {
  if (address.byteLength !== base.byteLength) return false
  const whole = bits >> 3
  for (let index = 0; index < whole; index++) if (address[index] !== base[index]) return false
  const rest = bits & 7
  return rest === 0 || ((address[whole] ?? 0) ^ (base[whole] ?? 0)) >> (8 - rest) === 0
}
