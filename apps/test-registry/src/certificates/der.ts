// The little of DER (X.690) that a certificate needs. Each function gives one encoded value.
function tlv(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(contents)
  return Buffer.concat([Uint8Array.of(tag), length(content.length), content])
}

function length(size: number): Uint8Array {
  if (size < 0x80) return Uint8Array.of(size)
  const bytes: number[] = []
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return Uint8Array.of(0x80 | bytes.length, ...bytes)
}

export const sequence = (...contents: readonly Uint8Array[]): Uint8Array => tlv(0x30, ...contents)
export const set = (...contents: readonly Uint8Array[]): Uint8Array => tlv(0x31, ...contents)
export const octets = (content: Uint8Array): Uint8Array => tlv(0x04, content)
export const utf8 = (text: string): Uint8Array => tlv(0x0c, Buffer.from(text, 'utf8'))
export const truth = (): Uint8Array => Uint8Array.of(0x01, 0x01, 0xff)
/** Context-specific and constructed. */
export const tagged = (tag: number, ...contents: readonly Uint8Array[]): Uint8Array => tlv(0xa0 | tag, ...contents)
/** Context-specific and primitive. */
export const implicit = (tag: number, content: Uint8Array): Uint8Array => tlv(0x80 | tag, content)

/** Not negative: a leading zero keeps the sign bit clear. */
export function integer(bytes: Uint8Array): Uint8Array {
  return tlv(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Uint8Array.of(0), bytes]) : bytes)
}

/** @param unused bits at the end that do not count */
export const bits = (content: Uint8Array, unused = 0): Uint8Array => tlv(0x03, Uint8Array.of(unused), content)

export function oid(text: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const digits = [arc & 0x7f]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift((left & 0x7f) | 0x80)
    bytes.push(...digits)
  }
  return tlv(0x06, Uint8Array.from(bytes))
}

/** RFC 5280 4.1.2.5: two-digit years until 2049, four after. */
export function time(date: Date): Uint8Array {
  const text = date.toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '')
  return date.getUTCFullYear() < 2050 ? tlv(0x17, Buffer.from(text.slice(2))) : tlv(0x18, Buffer.from(text))
}
