import type { AuthOptions, AuthRule } from '../auth/auth-options.ts'
import { parseAuth } from '../auth/parse-auth.ts'
import { TestRegistryError } from '../error.ts'
import { readText } from './read-text.ts'

export interface AuthArguments {
  readonly auth?: 'none' | 'basic' | 'bearer' | undefined
  readonly user?: string | undefined
  readonly tokenSeconds?: number | undefined
  readonly authFile?: string | undefined
}

/** `undefined`: the profile decides. */
export async function authOf({
  auth,
  user,
  tokenSeconds,
  authFile,
}: AuthArguments): Promise<AuthOptions | readonly AuthRule[] | undefined> {
  if (authFile !== undefined) {
    if (auth !== undefined || user !== undefined || tokenSeconds !== undefined)
      throw wrong('--auth-file says all of it', 'leave --auth, --user and --token-seconds out')
    return parseAuth(await readText(authFile, 'rules of authentication'))
  }
  const colon = user?.indexOf(':') ?? -1
  if (user !== undefined && colon < 1) throw wrong('the user has no password', 'write --user name:password')
  if (tokenSeconds !== undefined && auth !== 'bearer')
    throw wrong('the life of a token is only for --auth bearer', 'add --auth bearer')
  const known = user === undefined ? undefined : { username: user.slice(0, colon), password: user.slice(colon + 1) }
  if (auth === 'bearer') return { kind: 'bearer', ...known, expiresInSeconds: tokenSeconds }
  if (auth === 'basic') {
    if (known === undefined) throw wrong('a user is needed for --auth basic', 'add --user name:password')
    return { kind: 'basic', ...known }
  }
  if (known !== undefined) throw wrong('a user is only for --auth basic and --auth bearer', 'add --auth basic')
  return auth === undefined ? undefined : { kind: 'none' }
}

const wrong = (message: string, hint: string): TestRegistryError =>
  new TestRegistryError('OPTION_INVALID', message, { hint })
