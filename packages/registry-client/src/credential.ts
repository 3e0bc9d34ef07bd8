export type Credential =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** A refresh token, exchanged at the token endpoint. */
  | { readonly kind: 'identity'; readonly token: string }
  /** A bearer token for the registry itself, used as it is. */
  | { readonly kind: 'registry'; readonly token: string }

/** A token server put another identity token in place of the one it was shown, which may be void now. Both are secrets. */
export interface IdentityRenewal {
  /** What the credentials are filed under: `docker.io`, `ghcr.io`, `localhost:5000`. */
  readonly host: string
  readonly previous: Extract<Credential, { readonly kind: 'identity' }>
  readonly renewed: Extract<Credential, { readonly kind: 'identity' }>
}

/** Who are you at this host? `undefined`: nobody. `rejected`: the registry refused this one; a provider may have another. */
export type CredentialProvider = (
  target: {
    readonly host: string
    readonly repository?: string | undefined
    readonly rejected?: Credential | undefined
  },
  options?: { signal?: AbortSignal | undefined },
) => Promise<Credential | undefined>
