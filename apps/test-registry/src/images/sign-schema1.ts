import { createHash, sign, type KeyObject } from 'node:crypto'
import { testKey } from './test-key.ts'

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/**
 * Puts a signature into a JSON document as libtrust does ("pretty JWS"): before the last brace, with a protected header
 * that says how much of the document was signed and what followed. RS256 (RFC 7518 3.3), so that the same document gives
 * the same bytes.
 */
export function signSchema1(
  payload: Uint8Array,
  {
    broken = false,
    beside,
  }: { readonly broken?: boolean | undefined; readonly beside?: Readonly<Record<string, unknown>> | undefined } = {},
): Uint8Array {
  const { privateKey, publicKey } = testKey()
  const text = Buffer.from(payload).toString('latin1')
  const length = text.slice(0, text.lastIndexOf('}')).trimEnd().length
  const tail = payload.subarray(length)
  const protectedHeader = base64url(
    JSON.stringify({ formatLength: length, formatTail: base64url(tail), time: '1970-01-01T00:00:00Z' }),
  )
  const signature = sign('sha256', Buffer.from(`${protectedHeader}.${base64url(payload)}`), privateKey)
  if (broken) signature[0] = (signature[0] ?? 0) ^ 1
  const { kty, n, e } = publicKey.export({ format: 'jwk' })
  const block = {
    header: { jwk: { e, kid: keyIdOf(publicKey), kty, n }, alg: 'RS256' },
    signature: base64url(signature),
    protected: protectedHeader,
  }
  const others = Object.entries(beside ?? {}).map(
    ([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`,
  )
  return Buffer.concat([
    payload.subarray(0, length),
    Buffer.from(`${others.join('')},\n   "signatures": ${JSON.stringify([block])}`),
    tail,
  ])
}

/** libtrust's name of a key: 240 bits of the SHA-256 of its SubjectPublicKeyInfo, in base32. */
function keyIdOf(publicKey: KeyObject): string {
  const hash = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 30)
  const bits = [...hash].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const letters = (bits.match(/.{5}/g) ?? []).map((five) => base32.charAt(Number.parseInt(five, 2))).join('')
  return (letters.match(/.{4}/g) ?? []).join(':')
}

const base64url = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64url')
