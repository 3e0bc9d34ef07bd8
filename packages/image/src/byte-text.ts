import { printable } from '@lading/errors'

/** Bytes as a string of the same length, one character for each: names are compared and used as keys in this form. */
export function keyOf(bytes: Uint8Array): string {
  if (bytes.length > 4096) return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return String.fromCharCode(...bytes)
}

export function bytesOfKey(key: string): Uint8Array {
  const bytes = new Uint8Array(key.length)
  for (let at = 0; at < key.length; at++) bytes[at] = key.charCodeAt(at)
  return bytes
}

const decoder = new TextDecoder()

/** As UTF-8; invalid bytes become U+FFFD. */
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes)

/** A path of keys, as people write it. Not safe to print. */
export const pathText = (keys: readonly string[]): string => `/${textOf(bytesOfKey(keys.join('/')))}`

/** For messages. */
export const shown = (keys: readonly string[]): string => printable(pathText(keys), 200)

/** A path from a caller: text is UTF-8. */
export const pathBytes = (path: string | Uint8Array): Uint8Array =>
  typeof path === 'string' ? new TextEncoder().encode(path) : path
