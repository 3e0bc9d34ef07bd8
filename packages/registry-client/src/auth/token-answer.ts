import { RegistryError } from '../errors/registry-error.ts'
import { parseLenientJson } from '../http/parse-lenient-json.ts'

export interface Token {
  readonly value: string
  /** On the client's clock, in milliseconds: from then on a new one is fetched. */
  readonly expiresAt: number
}

/** The answer of a token server. */
export interface TokenAnswer extends Token {
  /** Of an identity: to be shown from now on (RFC 6749 6). */
  readonly refreshToken: string | undefined
}

const shortestLifeMs = 60_000
const longestLifeMs = 60 * 60_000
/** A token that expires while a request is on its way helps nobody. */
const skewMs = 5_000
// RFC 6750 2.1 is narrower; what matters is that nothing can end the header line.
const headerSafe = /^[\x21-\x7e]+$/

/**
 * The token of a token server's answer (distribution's auth/token spec): `access_token` before `token`; a life of 60
 * seconds when `expires_in` is absent, less, or no number; never more than an hour. Counted from now: `issued_at` is by
 * a clock that is not ours.
 *
 * @throws RegistryError `TOKEN_FAILED`
 */
export function readToken(
  body: Uint8Array,
  { host, now }: { readonly host: string; readonly now: number },
): TokenAnswer {
  let answer: unknown
  try {
    answer = parseLenientJson(body)
  } catch (cause) {
    throw new RegistryError('TOKEN_FAILED', `the token server ${host} did not answer with JSON`, {
      host,
      cause,
      hint: 'check whether a proxy or a login page answers in its place',
    })
  }
  const {
    access_token: access,
    token,
    expires_in: expiresIn,
    refresh_token: refresh,
  } = (typeof answer === 'object' && answer !== null ? answer : {}) as Readonly<Record<string, unknown>>
  const value = typeof access === 'string' && access !== '' ? access : token
  if (typeof value !== 'string' || value === '')
    throw new RegistryError('TOKEN_FAILED', `the token server ${host} answered without a token`, {
      host,
      hint: "ask the registry's operator",
    })
  if (!headerSafe.test(value))
    throw new RegistryError('TOKEN_FAILED', `the token from ${host} has characters that are not allowed in a header`, {
      host,
      hint: "ask the registry's operator",
    })
  const seconds = typeof expiresIn === 'number' && Number.isFinite(expiresIn) ? expiresIn : 0
  const lifeMs = Math.min(longestLifeMs, Math.max(shortestLifeMs, seconds * 1000))
  // One that no place where tokens are kept could hold is none.
  const refreshToken = typeof refresh === 'string' && headerSafe.test(refresh) ? refresh : undefined
  return { value, expiresAt: now + lifeMs - skewMs, refreshToken }
}
