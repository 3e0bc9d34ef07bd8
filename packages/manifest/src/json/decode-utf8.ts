import { ManifestError } from '../manifest-error.ts'

const replacement = '\ufffd'

/** Strict UTF-8, without a byte order mark (RFC 8259 8.1). */
export function decodeUtf8(bytes: Uint8Array): string {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    throw new ManifestError('JSON_INVALID', 'the document starts with a byte order mark', {
      offset: 0,
      at: '$',
      hint: 'store the document as UTF-8 without a BOM',
    })
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    const offset = firstInvalidByte(bytes)
    throw new ManifestError('JSON_INVALID', `invalid UTF-8 at byte ${offset}`, {
      cause,
      offset,
      hint: 'the document was damaged or is not JSON',
    })
  }
}

/** Bytes that `text`, decoded without a loss, came from. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}

function firstInvalidByte(bytes: Uint8Array): number {
  const lossy = new TextDecoder('utf-8').decode(bytes)
  let offset = 0
  let from = 0
  for (;;) {
    const at = lossy.indexOf(replacement, from)
    if (at === -1) return bytes.length
    // Up to the first loss the text encodes to the very bytes it came from, so this is an offset into them.
    if (at > from) offset += byteLength(lossy.slice(from, at))
    if (bytes[offset] !== 0xef || bytes[offset + 1] !== 0xbf || bytes[offset + 2] !== 0xbd) return offset
    offset += 3
    from = at + 1
  }
}
