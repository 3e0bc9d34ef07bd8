import type { AddressClass } from './address-class.ts'
import { inRange, parseRange, type AddressRange } from './ip-address.ts'

type Ranges = () => readonly AddressRange[]
type Table = readonly (readonly [AddressClass, Ranges])[]

/** Parsed when somebody first asks. */
function ranges(...texts: readonly string[]): Ranges {
  let parsed: readonly AddressRange[] | undefined
  return () => (parsed ??= texts.map((text) => parseRange(text) as AddressRange))
}

// First match counts. The metadata services of Alibaba, Oracle and Azure are the ones not at a link-local address.
const v4: Table = [
  [
    'forbidden',
    ranges('100.100.100.200/32', '192.0.0.192/32', '168.63.129.16/32', '169.254.0.0/16', '0.0.0.0/8', '224.0.0.0/3'),
  ],
  ['loopback', ranges('127.0.0.0/8')],
  // RFC 1918, RFC 6598; then what RFC 6890 lists as not global: protocol assignments, 6to4 relays, benchmarks, documentation.
  [
    'private',
    ranges(
      '10.0.0.0/8',
      '172.16.0.0/12',
      '192.168.0.0/16',
      '100.64.0.0/10',
      '192.0.0.0/24',
      '192.88.99.0/24',
      '198.18.0.0/15',
      '192.0.2.0/24',
      '198.51.100.0/24',
      '203.0.113.0/24',
    ),
  ],
]

const v6: Table = [
  // AWS, Google, Scaleway and Oracle inside the private range.
  [
    'forbidden',
    ranges(
      '::/128',
      'fd00:ec2::/32',
      'fd20:ce::254/128',
      'fd00:42::42/128',
      'fd00:c1::a9fe:a9fe/128',
      'fe80::/10',
      'ff00::/8',
    ),
  ],
  ['loopback', ranges('::1/128')],
  // Benchmarks, ORCHIDs and documentation lie within what is global otherwise (RFC 4291 2.4, RFC 6890, RFC 9637).
  ['private', ranges('2001:2::/48', '2001:10::/28', '2001:20::/28', '2001:db8::/32', '3fff::/20')],
  ['public', ranges('2000::/3')],
]

const strictness: readonly AddressClass[] = ['public', 'private', 'loopback', 'forbidden']

/** Of the 4 or 16 bytes of an address. One that holds others is what the strictest of them is, for it cannot be told who translates it. */
export function classOfIp(address: Uint8Array): AddressClass {
  if (address.byteLength === 4) return of(address, v4, 'public')
  const embedded = embeddedIn(address)
  if (embedded.replaces) return of(embedded.addresses[0] ?? address, v4, 'public')
  // Of all that is neither global nor any of the above, nobody says that it leads outside.
  const classes = [of(address, v6, 'private'), ...embedded.addresses.map((each) => of(each, v4, 'public'))]
  return strictness.findLast((each) => classes.includes(each)) ?? 'forbidden'
}

const within = (address: Uint8Array, all: Ranges): boolean => all().some((range) => inRange(address, range))
const of = (address: Uint8Array, rows: Table, otherwise: AddressClass): AddressClass =>
  rows.find(([, all]) => within(address, all))?.[0] ?? otherwise

// RFC 4291 2.5.5.1, RFC 2765 2.1, RFC 6052 2.1; RFC 3056.
const whole = ranges('::/96', '::ffff:0:0:0/96', '64:ff9b::/96')
const sixToFour = ranges('2002::/16')
const nat64Local = ranges('64:ff9b:1::/48')
const teredo = ranges('2001::/32')

/** @returns the IPv4 addresses inside; `replaces`: the address is that one and nothing else */
function embeddedIn(address: Uint8Array): { readonly replaces: boolean; readonly addresses: readonly Uint8Array[] } {
  const last = address.subarray(12)
  const tiny = address.subarray(0, 15).every((byte) => byte === 0) && (address[15] ?? 0) < 2
  // `::` and `::1` are addresses of their own.
  if (within(address, whole) && !tiny) return { replaces: true, addresses: [last] }
  if (within(address, sixToFour)) return { replaces: true, addresses: [address.subarray(2, 6)] }
  const addresses: Uint8Array[] = []
  // The prefix of a network's own translator has 48, 56, 64 or 96 bits, and the ninth byte counts for nothing (RFC 8215,
  // RFC 6052 2.2). What begins with a zero is no address but the rest of a longer prefix.
  if (within(address, nat64Local))
    addresses.push(
      ...[last, at(address, [6, 7, 9, 10]), at(address, [7, 9, 10, 11]), at(address, [9, 10, 11, 12])].filter(
        (each) => each[0] !== 0,
      ),
    )
  // The server, and the client upside down (RFC 4380 4).
  if (within(address, teredo))
    addresses.push(
      address.subarray(4, 8),
      last.map((byte) => byte ^ 0xff),
    )
  // ISATAP (RFC 5214 6.1).
  if ((address[8] === 0 || address[8] === 2) && address[9] === 0 && address[10] === 0x5e && address[11] === 0xfe)
    addresses.push(last)
  return { replaces: false, addresses }
}

const at = (address: Uint8Array, positions: readonly number[]): Uint8Array =>
  Uint8Array.from(positions, (position) => address[position] ?? 0)
