import { randomBytes } from 'node:crypto'
import type { Scope } from './scope.ts'

interface Token {
  readonly text: string
  readonly scopes: readonly Scope[]
  /** By the registry's clock. */
  readonly expiresAt: number
  requestsLeft: number
}

export interface Tokens {
  issue(scopes: readonly Scope[], lifeMs: number, requests: number): Token
  /** A token that is known and good. Counts the request. */
  use(text: string): Token | undefined
  void(text: string): void
  voidAll(): void
}

export function createTokens(now: () => number): Tokens {
  const known = new Map<string, Token>()
  return {
    issue(scopes, lifeMs, requests) {
      const token: Token = { text: randomBytes(24).toString('base64url'), scopes, expiresAt: now() + lifeMs, requestsLeft: requests }
      known.set(token.text, token)
      return token
    },
    use(text) {
      const token = known.get(text)
      if (token === undefined || token.requestsLeft <= 0 || now() >= token.expiresAt) return undefined
      token.requestsLeft -= 1
      return token
    },
    void: (text) => void known.delete(text),
    voidAll: () => known.clear(),
  }
}
