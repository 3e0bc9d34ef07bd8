/** Who may come in. */
export type AuthOptions =
  | { readonly kind: 'none' }
  | BasicOptions
  | BearerOptions
  | CertificateAuthOptions
  | SeveralOptions

/** For some repositories. The first rule that fits a repository holds; where none does, everybody may come in. */
export type AuthRule = AuthOptions & {
  /** Names, or the beginnings of names: `team/*`. Default: every repository, and `/v2/` and the catalog too. */
  readonly repositories?: string | readonly string[] | undefined
}

export interface BasicOptions {
  readonly kind: 'basic'
  readonly username: string
  readonly password: string
  /** Of the challenge. Default `test registry`. */
  readonly realm?: string | undefined
}

/** Whoever shows a certificate that the registry's CA has signed. Others are refused with 403. Needs `tls`. */
export interface CertificateAuthOptions {
  readonly kind: 'certificate'
  /** Only this one. */
  readonly commonName?: string | undefined
}

/** Whoever one of several ways admits; the challenge names them all. */
export interface SeveralOptions {
  readonly kind: 'several'
  readonly schemes: readonly (BasicOptions | BearerOptions | CertificateAuthOptions)[]
  /** `one` header with all challenges (default), or a header for `each`: RFC 9110 11.6.1 allows both. */
  readonly header?: 'one' | 'each' | undefined
}

/** The token flow of `distribution` (token.md, oauth.md). Tokens are opaque. */
export interface BearerOptions {
  readonly kind: 'bearer'
  /** With a user: basic credentials at the token endpoint, or `grant_type=password`. */
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** A refresh token that `grant_type=refresh_token` takes. Users get one with `offline_token=true` or `access_type=offline`. */
  readonly identityToken?: string | undefined
  /** Each refresh answers with a new identity token, and the old one is void. Default false. */
  readonly identityTokenRotates?: boolean | undefined
  /** A token that needs no endpoint: for credentials that hold a ready bearer token. It opens everything, always. */
  readonly registryToken?: string | undefined
  /** What a stranger's token allows. Default: pull without a user, nothing with one. */
  readonly anonymous?: 'nothing' | 'pull' | 'everything' | undefined
  /** Of the challenge. Default: the token endpoint at the host that the client called; `cdn`: at the second origin. */
  readonly realm?: string | undefined
  /** Path of the token endpoint. Default `/token`. */
  readonly tokenPath?: string | undefined
  /** Default `test-registry`. */
  readonly service?: string | undefined
  /** Sent as `expires_in` and kept by the registry's clock. Default 300. `null`: not sent, and the spec's 60 seconds hold. */
  readonly expiresInSeconds?: number | null | undefined
  /** A token is void after so many requests. Default: never. */
  readonly expiresAfterRequests?: number | undefined
  /** Whether the challenge names the service. Default true; `beyond-ping`: not at `/v2/`. */
  readonly challengeService?: boolean | 'beyond-ping' | undefined
  /** Whether the challenge names the scope. Default true. */
  readonly challengeScope?: boolean | undefined
  /** Whether the token endpoint takes POST. Default true; false answers 404, and a number that status, as old endpoints do. */
  readonly oauth?: boolean | number | undefined
  /** The member that carries the token. Default `token`. */
  readonly tokenMember?: 'token' | 'access_token' | 'both' | undefined
}
