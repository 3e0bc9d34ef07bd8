import { ofPair, splitPair } from '../config/decode-entry.ts'
import type { Credential, Variables } from '../credential.ts'
import { CredentialError } from '../credential-error.ts'
import { canonicalHost } from '../host.ts'
import { createSource, type CredentialSource } from './create-source.ts'

const bearer = /^bearer +([\x21-\x7e]+)$/i

/**
 * `LADING_AUTH_<HOST>`: `user:password`, `<token>:IDENTITY_TOKEN` or `Bearer TOKEN`. The host in upper case, with `_`
 * for `.`, `__` for `-` and `___` before a port: `LADING_AUTH_GHCR_IO`, `LADING_AUTH_MY__REGISTRY_EXAMPLE_COM___5000`.
 * An IPv6 address has no variable.
 *
 * The source throws CredentialError `CREDENTIALS_INVALID` for a value that is none of these.
 */
export function environmentAuth({
  env = process.env,
}: { readonly env?: Variables | undefined } = {}): CredentialSource {
  return createSource('environment', async function* ({ host }) {
    const place = authVariable(host)
    if (place === undefined) return
    const value = env[place]
    if (value === undefined || value === '')
      yield { source: 'environment', place, outcome: 'absent', reason: 'the variable is not set' }
    else
      yield {
        source: 'environment',
        place,
        outcome: 'used',
        reason: `the variable is for ${canonicalHost(host)}`,
        credential: read(place, value),
      }
  })
}

/** The name of a host's variable; no two hosts share one. `undefined` for an IPv6 address. */
export function authVariable(host: string): string | undefined {
  const canonical = canonicalHost(host)
  if (!/^[a-z0-9.:-]+$/.test(canonical)) return undefined
  return `LADING_AUTH_${canonical.toUpperCase().replace(/[.:-]/g, (unit) => (unit === '.' ? '_' : unit === '-' ? '__' : '___'))}`
}

function read(place: string, value: string): Credential {
  const token = bearer.exec(value)?.[1]
  if (token !== undefined) return { kind: 'registry', token }
  const pair = splitPair(value)
  if (pair !== undefined && pair.username !== '' && pair.password !== '') return ofPair(pair)
  throw new CredentialError('CREDENTIALS_INVALID', `${place} is neither user:password nor Bearer TOKEN`, {
    path: place,
    hint: 'write USER:PASSWORD, with a token as the password if you have one',
  })
}
