import { timingSafeEqual } from 'node:crypto'
import { digestOf } from '../hash.ts'

/** `Authorization: Basic …` (RFC 7617): cut at the first colon. */
export function basicCredentials(
  header: string | undefined,
): { readonly username: string; readonly password: string } | undefined {
  const match = header === undefined ? null : /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(header)
  if (match === null) return undefined
  const text = Buffer.from(match[1] ?? '', 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon === -1 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) }
}

export const bearerToken = (header: string | undefined): string | undefined =>
  header === undefined ? undefined : /^bearer +(\S+)$/i.exec(header)?.[1]

export const sameSecret = (left: string, right: string): boolean =>
  timingSafeEqual(Buffer.from(digestOf(Buffer.from(left))), Buffer.from(digestOf(Buffer.from(right))))
