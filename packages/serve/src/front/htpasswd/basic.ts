/** What a client says it is. */
export interface Login {
  readonly user: string
  readonly password: string
}

/** Of the header, in UTF-16 units. */
const longest = 2048

/** Reads `Authorization: Basic …` (RFC 7617). `undefined`: none, another scheme, or nothing that can be read as one. */
export function loginOf(header: string | undefined): Login | undefined {
  if (header === undefined || header.length > longest) return undefined
  const [, encoded] = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header) ?? []
  if (encoded === undefined) return undefined
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64'))
  } catch {
    return undefined
  }
  const colon = text.indexOf(':')
  // bcrypt reads up to the first zero: `secret` and `secret\0…` would be one password.
  if (colon < 1 || text.includes('\0')) return undefined
  return { user: text.slice(0, colon), password: text.slice(colon + 1) }
}
