import { createHmac, randomBytes } from 'node:crypto'
import type { Login } from './basic.ts'

/** Which logins were right a moment ago, for a bcrypt takes a tenth of a second and a pull asks a hundred times. */
export interface RememberedLogins {
  /** Whether these very words were right with this hash. */
  has(login: Login, hash: string): boolean
  add(login: Login, hash: string): void
}

/**
 * Keeps no password: what it keeps is an HMAC under a key that the process alone has and nobody can ask for.
 *
 * @param options.forMs how long each counts. Default 60 000.
 * @param options.most how many there are, the oldest goes first. Default 1000.
 */
export function rememberLogins({
  forMs = 60_000,
  most = 1000,
  now = () => performance.now(),
}: {
  readonly forMs?: number | undefined
  readonly most?: number | undefined
  readonly now?: (() => number) | undefined
} = {}): RememberedLogins {
  const key = randomBytes(32)
  const until = new Map<string, number>()
  // With the hash: another password in the file makes the old one wrong at once.
  const tagOf = ({ user, password }: Login, hash: string): string =>
    createHmac('sha256', key)
      .update(JSON.stringify([user, password, hash]))
      .digest('base64')
  return {
    has(login, hash) {
      const tag = tagOf(login, hash)
      const end = until.get(tag)
      if (end === undefined) return false
      if (end > now()) return true
      until.delete(tag)
      return false
    },
    add(login, hash) {
      const tag = tagOf(login, hash)
      until.delete(tag)
      until.set(tag, now() + forMs)
      for (const oldest of until.keys()) {
        if (until.size <= most) break
        until.delete(oldest)
      }
    },
  }
}
