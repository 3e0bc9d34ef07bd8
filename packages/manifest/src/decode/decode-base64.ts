const alphabet = /^[A-Za-z0-9+/]*={0,2}$/
const urlAlphabet = /^[A-Za-z0-9_-]*$/

/** Bytes that this text stands for if it is base64 (RFC 4648 4, padded); `undefined` when it is not. */
export function base64Length(text: string): number | undefined {
  if (text.length % 4 !== 0 || !alphabet.test(text)) return undefined
  return (text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0)
}

/** @param text what `base64Length` accepted */
export function decodeBase64(text: string): Uint8Array {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at)
  return bytes
}

/** base64url without padding (RFC 7515 2), as JSON web signatures have it; `undefined` when the text is not. */
export function decodeBase64Url(text: string): Uint8Array | undefined {
  if (!urlAlphabet.test(text) || text.length % 4 === 1) return undefined
  const padded = text.replaceAll('-', '+').replaceAll('_', '/') + '='.repeat((4 - (text.length % 4)) % 4)
  return decodeBase64(padded)
}
