import { printable } from '@lading/errors'
import { FrontError } from '../front-error.ts'

/** Users and the bcrypt hashes of their passwords. */
export type Users = ReadonlyMap<string, string>

/** A hash above takes seconds of a core for each guess, a hash below is guessed in no time. */
const [leastCost, mostCost] = [4, 14]

/**
 * Reads what Apache's `htpasswd -B` writes: `user:hash` on each line; blank lines and those that begin with `#` count for
 * nothing. bcrypt alone: every other kind is guessed too fast.
 *
 * @param path said in errors
 * @throws FrontError `HTPASSWD_INVALID`, which names the line and never what is in it behind the user
 */
export function parseHtpasswd(text: string, path: string): Users {
  const users = new Map<string, string>()
  const lines = new Map<string, number>()
  for (const [at, raw] of text.split('\n').entries()) {
    const line = raw.replace(/\r$/, '')
    const number = at + 1
    if (line.trim() === '' || line.startsWith('#')) continue
    const bad = (what: string, hint: string): FrontError =>
      new FrontError('HTPASSWD_INVALID', `line ${number} of ${printable(path)} ${what}`, { path, hint })
    const [, user = '', hash = ''] = /^([^:]*):([^:]*)/.exec(line) ?? []
    if (user === '') throw bad('is not USER:HASH', 'write it with: htpasswd -B FILE USER')
    // oxlint-disable-next-line no-control-regex
    if (/[\u0000-\u001f\u007f]/.test(user))
      throw bad('has a user with control characters', 'use a name without control characters')
    const cost = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash)?.[1]
    if (cost === undefined)
      throw bad(`has no bcrypt hash for ${printable(user, 64)}`, 'write it again with: htpasswd -B FILE USER')
    if (Number(cost) < leastCost || Number(cost) > mostCost)
      throw bad(
        `has a hash of cost ${Number(cost)}, but only ${leastCost} to ${mostCost} is accepted`,
        'write it again with: htpasswd -B -C 10 FILE USER',
      )
    const before = lines.get(user)
    if (before !== undefined)
      throw bad(`has the user ${printable(user, 64)} again, who is also in line ${before}`, 'remove one of the two')
    users.set(user, hash)
    lines.set(user, number)
  }
  return users
}
