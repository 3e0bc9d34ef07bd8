/** Who may come in. */
export type AuthOptions =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'basic'
      readonly username: string
      readonly password: string
      /** Of the challenge. Default `test registry`. */
      readonly realm?: string | undefined
    }
  | BearerOptions

/** The token flow of `distribution` (token.md, oauth.md), with its endpoint at `/token`. Tokens are opaque. */
export interface BearerOptions {
  readonly kind: 'bearer'
  /** With a user: basic credentials at the token endpoint, or `grant_type=password`. */
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** A refresh token that `grant_type=refresh_token` takes. Users get one with `offline_token=true` or `access_type=offline`. */
  readonly identityToken?: string | undefined
  /** What a stranger's token allows. Default: pull without a user, nothing with one. */
  readonly anonymous?: 'nothing' | 'pull' | 'everything' | undefined
  /** Of the challenge. Default: `/token` at the host that the client called; `cdn`: at the second origin. */
  readonly realm?: string | undefined
  /** Default `test-registry`. */
  readonly service?: string | undefined
  /** Sent as `expires_in` and kept by the registry's clock. Default 300. `null`: not sent, and the spec's 60 seconds hold. */
  readonly expiresInSeconds?: number | null | undefined
  /** A token is void after so many requests. Default: never. */
  readonly expiresAfterRequests?: number | undefined
  /** Whether the challenge names the scope. Default true. */
  readonly challengeScope?: boolean | undefined
  /** Whether the token endpoint takes POST. Default true; false answers 404, as old endpoints do. */
  readonly oauth?: boolean | undefined
  /** The member that carries the token. Default `token`. */
  readonly tokenMember?: 'token' | 'access_token' | 'both' | undefined
}
