import type { Login } from './basic.ts'
import type { Comparer } from './compare-in-thread.ts'
import type { Users } from './parse-htpasswd.ts'
import { rememberLogins, type RememberedLogins } from './remember-logins.ts'

/** `busy`: ask again; so many passwords are being looked at that this one was not. */
export type LoginVerdict = 'right' | 'wrong' | 'busy'

/** A bcrypt of nothing that anybody knows, at a cost to be given. */
const nobody = (cost: string): string => `$2b$${cost}$${'.'.repeat(21)}u${'.'.repeat(30)}u`

/**
 * Who is not known takes as long as who is: their password is held against a hash of the highest cost in the file.
 *
 * @param options.users asked for each time: they may change
 */
export function createLoginCheck({
  users,
  comparer,
  remembered = rememberLogins(),
}: {
  readonly users: () => Promise<Users>
  readonly comparer: Comparer
  readonly remembered?: RememberedLogins | undefined
}): (login: Login) => Promise<LoginVerdict> {
  /** Many requests of one client with one password are one look. */
  const looking = new Map<string, Promise<LoginVerdict>>()
  return async (login) => {
    const known = await users()
    const found = known.get(login.user)
    const hash = found ?? nobody(highestCost(known))
    if (found !== undefined && remembered.has(login, hash)) return 'right'
    const key = JSON.stringify([login.user, login.password, hash])
    const running = looking.get(key)
    if (running !== undefined) return running
    const look = comparer
      .compare(login.password, hash)
      .then((equal): LoginVerdict => {
        if (equal === 'busy') return 'busy'
        if (!equal || found === undefined) return 'wrong'
        remembered.add(login, hash)
        return 'right'
      })
      .finally(() => looking.delete(key))
    looking.set(key, look)
    return look
  }
}

function highestCost(users: Users): string {
  let highest = '04'
  for (const hash of users.values()) {
    const cost = hash.slice(4, 6)
    if (cost > highest) highest = cost
  }
  return highest
}
