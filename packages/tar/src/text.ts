const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** What is not UTF-8 becomes U+FFFD. */
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes)

/**
 * The text of a part of the bytes. Names are short and mostly ASCII, and those are put together here: a call into the engine's
 * decoder costs several times as much for a short array that the engine has to move for it.
 */
export function textAt(bytes: Uint8Array, start: number, length: number): string {
  const end = start + length
  let text = ''
  let at = start
  for (; at + 8 <= end; at += 8) {
    const a = bytes[at] as number
    const b = bytes[at + 1] as number
    const c = bytes[at + 2] as number
    const d = bytes[at + 3] as number
    const e = bytes[at + 4] as number
    const f = bytes[at + 5] as number
    const g = bytes[at + 6] as number
    const h = bytes[at + 7] as number
    if ((a | b | c | d | e | f | g | h) >= 0x80) return textOf(bytes.subarray(start, end))
    text += String.fromCharCode(a, b, c, d, e, f, g, h)
  }
  for (; at < end; at++) {
    const byte = bytes[at] as number
    if (byte >= 0x80) return textOf(bytes.subarray(start, end))
    text += String.fromCharCode(byte)
  }
  return text
}

/** Up to the first NUL, or everything. */
export function untilNul(bytes: Uint8Array, start: number, length: number): number {
  let at = start
  const end = start + length
  while (at < end && bytes[at] !== 0) at++
  return at - start
}

export const bytesOf = (text: string | Uint8Array): Uint8Array =>
  typeof text === 'string' ? encoder.encode(text) : text

const strict = new TextDecoder('utf-8', { fatal: true })

export function isUtf8(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes)
    return true
  } catch {
    return false
  }
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
