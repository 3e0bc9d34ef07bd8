import type { Tokens } from '../auth/tokens.ts'

/** Knows a registry's secrets, and whether a text holds one. */
export interface Secrets {
  /** A password or an identity token: any text. */
  add(secret: string): void
  /** A token: letters, digits, `-`, `_`, `.` and `~` alone, so that thousands are found as fast as one. */
  addToken(token: string): void
  foundIn(text: string): boolean
}

const mostTokens = 10_000

export function createSecrets(): Secrets {
  const known = new Set<string>()
  const tokens = new Set<string>()
  return {
    add: (secret) => void (secret === '' || known.add(secret)),
    addToken(token) {
      tokens.add(token)
      const [oldest] = tokens
      if (tokens.size > mostTokens && oldest !== undefined) tokens.delete(oldest)
    },
    foundIn(text) {
      const forms = new Set([text, decoded(text), decoded(text.replaceAll('+', ' '))])
      for (const form of forms) {
        for (const secret of known) if (holds(form, secret)) return true
        if (form.split(/[^\w.~-]+/).some((word) => tokens.has(word))) return true
      }
      return false
    },
  }
}

/** A short password is no part of a longer word: `pw` is not found in `pwd`. */
function holds(text: string, secret: string): boolean {
  for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + 1)) {
    if (!isWord(text[at - 1]) && !isWord(text[at + secret.length])) return true
  }
  return false
}

const isWord = (unit: string | undefined): boolean => unit !== undefined && /[A-Za-z0-9]/.test(unit)

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Tokens whose issue is noticed. */
export const watchTokens = (tokens: Tokens, secrets: Secrets): Tokens => ({
  ...tokens,
  issue(...terms) {
    const token = tokens.issue(...terms)
    secrets.addToken(token.text)
    return token
  },
  renewIdentity(...terms) {
    const token = tokens.renewIdentity(...terms)
    secrets.addToken(token)
    return token
  },
})

/** Passwords and identity tokens anywhere in the options, and the pairs as basic credentials write them. */
export function addSecretsOf(options: unknown, secrets: Secrets): void {
  if (typeof options !== 'object' || options === null) return
  const { username, password, identityToken, registryToken } = options as Record<string, unknown>
  for (const secret of [password, identityToken, registryToken]) if (typeof secret === 'string') secrets.add(secret)
  if (typeof username === 'string' && typeof password === 'string')
    secrets.add(Buffer.from(`${username}:${password}`).toString('base64'))
  for (const member of Object.values(options)) addSecretsOf(member, secrets)
}
