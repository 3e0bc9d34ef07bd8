import type { AbortOptions } from '@lading/clock'
/** What a registry is shown. The same shape as `@lading/registry-client` takes. */
export type Credential =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** A refresh token, exchanged at the token endpoint. */
  | { readonly kind: 'identity'; readonly token: string }
  /** A bearer token for the registry itself, used as it is. */
  | { readonly kind: 'registry'; readonly token: string }

export interface CredentialTarget {
  /** `docker.io`, `ghcr.io`, `localhost:5000`. */
  readonly host: string
  /** Without the host: `library/alpine`. Matters where files name path prefixes. */
  readonly repository?: string | undefined
  /** What the registry refused: the same again is no answer. */
  readonly rejected?: Credential | undefined
}

/** Who are you at this host? `undefined`: nobody. */
export type CredentialProvider = (target: CredentialTarget, options?: AbortOptions) => Promise<Credential | undefined>

/** The variables of a process: names to values. */
export type Variables = Readonly<Record<string, string | undefined>>

export function sameCredential(one: Credential, other: Credential | undefined): boolean {
  if (other === undefined) return false
  if (one.kind === 'basic')
    return other.kind === 'basic' && one.username === other.username && one.password === other.password
  return other.kind === one.kind && one.token === other.token
}
