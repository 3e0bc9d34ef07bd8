import { randomBytes } from 'node:crypto'
import type { BearerOptions } from './auth-options.ts'
import type { Scope } from './scope.ts'

interface Token {
  readonly text: string
  readonly scopes: readonly Scope[]
  readonly issuer: BearerOptions
  /** By the registry's clock. */
  readonly expiresAt: number
  requestsLeft: number
}

export interface Tokens {
  /** @param requests in place of what the issuer says */
  issue(
    issuer: BearerOptions,
    scopes: readonly Scope[],
    life: { readonly ms: number; readonly requests?: number | undefined },
  ): Token
  /** A token that is known and good. */
  find(text: string, issuer: BearerOptions): Token | undefined
  /** The same. Counts the request. */
  use(text: string, issuer: BearerOptions): Token | undefined
  void(text: string): void
  voidAll(): void
  /** The identity token that the issuer takes now. */
  identity(issuer: BearerOptions): string | undefined
  /** Another one in its place. */
  renewIdentity(issuer: BearerOptions): string
}

// A client that asks for a new token each time must not make the registry grow for ever.
const most = 100_000

export function createTokens(now: () => number): Tokens {
  const known = new Map<string, Token>()
  const identities = new Map<BearerOptions, string>()
  const find = (text: string, issuer: BearerOptions): Token | undefined => {
    const token = known.get(text)
    return token === undefined || token.issuer !== issuer || token.requestsLeft <= 0 || now() >= token.expiresAt
      ? undefined
      : token
  }
  return {
    issue(issuer, scopes, life) {
      const token: Token = {
        text: secret(),
        scopes,
        issuer,
        expiresAt: now() + life.ms,
        requestsLeft: life.requests ?? issuer.expiresAfterRequests ?? Number.POSITIVE_INFINITY,
      }
      known.set(token.text, token)
      const [oldest] = known.keys()
      if (known.size > most && oldest !== undefined) known.delete(oldest)
      return token
    },
    find,
    use(text, issuer) {
      const token = find(text, issuer)
      if (token !== undefined) token.requestsLeft -= 1
      return token
    },
    void: (text) => void known.delete(text),
    voidAll: () => known.clear(),
    identity: (issuer) => identities.get(issuer) ?? issuer.identityToken,
    renewIdentity(issuer) {
      const token = secret()
      identities.set(issuer, token)
      return token
    },
  }
}

const secret = (): string => randomBytes(24).toString('base64url')
