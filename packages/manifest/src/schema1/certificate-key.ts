interface Element {
  readonly tag: number
  /** Where the element itself starts, its tag included. */
  readonly from: number
  readonly start: number
  readonly end: number
}

const SEQUENCE = 0x30
const INTEGER = 0x02
const BIT_STRING = 0x03
const VERSION = 0xa0

/**
 * The SubjectPublicKeyInfo of an X.509 certificate in DER (RFC 5280 4.1), as it stands there. `undefined` for bytes that
 * are no certificate. Nothing else of it is believed: neither its issuer nor its dates are looked at.
 */
export function certificateKey(der: Uint8Array): Uint8Array | undefined {
  const certificate = element(der, 0, der.length)
  if (certificate?.tag !== SEQUENCE || certificate.end !== der.length) return undefined
  const parts = elements(der, certificate)
  const [body, algorithm, signature] = parts ?? []
  if (parts?.length !== 3 || body?.tag !== SEQUENCE || algorithm?.tag !== SEQUENCE || signature?.tag !== BIT_STRING)
    return undefined
  const all = elements(der, body) ?? []
  const members = all[0]?.tag === VERSION ? all.slice(1) : all
  const [serial, ...rest] = members
  // After the serial number: algorithm, issuer, validity, subject, key.
  if (serial?.tag !== INTEGER || rest.length < 5 || rest.slice(0, 5).some(({ tag }) => tag !== SEQUENCE))
    return undefined
  const key = rest[4] as Element
  return der.subarray(key.from, key.end)
}

function elements(der: Uint8Array, { start, end }: Element): Element[] | undefined {
  const found: Element[] = []
  for (let at = start; at < end;) {
    const next = element(der, at, end)
    if (next === undefined) return undefined
    found.push(next)
    at = next.end
  }
  return found
}

/** One element of definite length, within `limit`. */
function element(der: Uint8Array, from: number, limit: number): Element | undefined {
  const tag = der[from]
  const first = der[from + 1]
  // Tags of more than one byte stand in no certificate.
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined
  let length = first
  let start = from + 2
  if (first >= 0x80) {
    const octets = first & 0x7f
    if (octets === 0 || octets > 3) return undefined
    length = 0
    for (let at = 0; at < octets; at += 1) length = length * 256 + (der[start + at] ?? 0)
    start += octets
  }
  const end = start + length
  return end > limit ? undefined : { tag, from, start, end }
}
