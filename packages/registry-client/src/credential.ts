export type Credential =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** A refresh token, exchanged at the token endpoint. */
  | { readonly kind: 'identity'; readonly token: string }
  /** A bearer token for the registry itself, used as it is. */
  | { readonly kind: 'registry'; readonly token: string }

/** Who are you at this host? `undefined`: nobody. `rejected`: the registry refused this one; a provider may have another. */
export type CredentialProvider = (
  target: {
    readonly host: string
    readonly repository?: string | undefined
    readonly rejected?: Credential | undefined
  },
  options?: { signal?: AbortSignal | undefined },
) => Promise<Credential | undefined>
