import { parseAddress } from '../origin/ip-address.ts'

// The messages of SOCKS 5 (RFC 1928) and of its user name and password (RFC 1929).

export const socksMethods = { none: 0x00, password: 0x02, refused: 0xff } as const

/** The first message: how we are ready to say who we are. */
export function greeting(methods: readonly number[]): Uint8Array {
  return Uint8Array.of(5, methods.length, ...methods)
}

/** Each at most 255 bytes of UTF-8, which `parseProxy` sees to; more is cut nowhere but refused. */
export function passwordMessage(username: string, password: string): Uint8Array {
  const [name, secret] = [shortText(username), shortText(password)]
  return Uint8Array.of(1, name.byteLength, ...name, secret.byteLength, ...secret)
}

/** Asks for a connection to an address (without brackets) or a name, which the proxy looks up. */
export function connectMessage(host: string, port: number): Uint8Array {
  const address = parseAddress(host)
  const name = shortText(host)
  const target =
    address === undefined
      ? Uint8Array.of(3, name.byteLength, ...name)
      : Uint8Array.of(address.byteLength === 4 ? 1 : 4, ...address)
  return Uint8Array.of(5, 1, 0, ...target, port >> 8, port & 0xff)
}

/** How many bytes follow the first five of the proxy's answer: the rest of its address, and its port. `undefined`: no such kind of address. */
export function restOfReply(kind: number, length: number): number | undefined {
  if (kind === 1) return 4 - 1 + 2
  if (kind === 4) return 16 - 1 + 2
  return kind === 3 ? length + 2 : undefined
}

const replies: readonly string[] = [
  '',
  'it failed, and does not say why',
  'its rules do not allow it',
  'the network is unreachable from there',
  'the host is unreachable from there',
  'the host refused the connection',
  'the time to live expired',
  'it does not know the command',
  'it does not know this kind of address',
]

export const wordsOfReply = (code: number): string => replies[code] ?? `it answers ${code}, which is not a known code`
/** Unreachable hosts and failures of its own: a moment later it may be otherwise. */
export const mayPassReply = (code: number): boolean => code === 1 || code === 3 || code === 4 || code === 6

function shortText(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text)
  if (bytes.byteLength > 255) throw new RangeError('SOCKS allows at most 255 bytes')
  return bytes
}
