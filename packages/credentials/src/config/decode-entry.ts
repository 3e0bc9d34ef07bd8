import type { Credential } from '../credential.ts'
import type { AuthEntry } from './credential-config.ts'
import { knownMembers, stringOf, type Document } from './document.ts'

/** The user name that says: the password is an identity token (docker's helper protocol, distribution's auth/oauth). */
export const tokenUser = '<token>'
const base64 = /^[A-Za-z0-9+/]*={0,2}$/
// What an `Authorization` header may carry; nothing in it can end the line.
const headerSafe = /^[\x21-\x7e]+$/

/**
 * One entry of `auths`: `registrytoken` before `identitytoken` before `auth` (base64 of `user:password`, in one line or
 * wrapped) before `username` and `password`. `undefined`: an empty entry, which docker leaves where a helper keeps the secret.
 *
 * @throws CredentialError `CREDENTIALS_INVALID`
 */
export function decodeEntry(document: Document, { node, path }: AuthEntry): Credential | undefined {
  const members = knownMembers(document, node, path, ['auth', 'username', 'password', 'identitytoken', 'registrytoken'])
  const text = (name: keyof typeof members): string => stringOf(document, members[name], `${path}.${name}`) ?? ''
  const token = (kind: 'registry' | 'identity', name: 'registrytoken' | 'identitytoken'): Credential | undefined => {
    const value = text(name)
    if (value === '') return undefined
    return headerSafe.test(value)
      ? { kind, token: value }
      : document.fail(
          members[name]?.start ?? node.start,
          `${path}.${name} has characters that are not allowed in a token`,
        )
  }
  const found = token('registry', 'registrytoken') ?? token('identity', 'identitytoken')
  if (found !== undefined) return found
  const auth = text('auth')
  const pair = auth === '' ? { username: text('username'), password: text('password') } : splitPair(decodeBase64(auth))
  if (pair === undefined)
    return document.fail(members.auth?.start ?? node.start, `${path}.auth is not user:password in base64`)
  if (pair.username === '' && pair.password === '') return undefined
  if (pair.username === '') return document.fail(node.start, `${path} has a password but no user name`)
  if (pair.username.includes(':'))
    return document.fail(
      members.username?.start ?? node.start,
      `${path}.username has a colon, which a user name must not have`,
    )
  return ofPair(pair)
}

/** A user name and a password, or what stands for them. */
export function ofPair({ username, password }: { readonly username: string; readonly password: string }): Credential {
  return username === tokenUser ? { kind: 'identity', token: password } : { kind: 'basic', username, password }
}

/** At the first colon (RFC 7617 2); NULs at the end of the password are old clients' padding. `undefined`: no colon. */
export function splitPair(
  text: string | undefined,
): { readonly username: string; readonly password: string } | undefined {
  const colon = text?.indexOf(':') ?? -1
  if (text === undefined || colon === -1) return undefined
  let end = text.length
  while (end > colon + 1 && text.charCodeAt(end - 1) === 0) end--
  return { username: text.slice(0, colon), password: text.slice(colon + 1, end) }
}

// RFC 4648 3.1 leaves line ends to whoever reads: docker and the containers tools pass over them, wherever they are.
function decodeBase64(wrapped: string): string | undefined {
  const text = wrapped.replace(/[\r\n]/g, '')
  if (!base64.test(text)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(text, 'base64'))
  } catch {
    return undefined
  }
}
