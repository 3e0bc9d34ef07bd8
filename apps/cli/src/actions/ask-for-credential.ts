import type { Credential } from '@lading/credentials'
import { CliError } from '../cli-error.ts'
import type { CommandContext } from '../context.ts'

/** What a command line says of who we are. */
export interface GivenCredential {
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly passwordStdin?: boolean | undefined
}

/** The user name that says: what follows is an identity token (docker's helper protocol). */
const tokenUser = '<token>'
const longestPassword = 64 * 1024

/** From the options, from standard input, or from the person at the terminal. */
export async function askForCredential(
  host: string,
  given: GivenCredential,
  context: CommandContext,
): Promise<Credential> {
  const { input, terminal, signal } = context
  if (given.password !== undefined && given.passwordStdin === true)
    throw new CliError('USAGE', '--password and --password-stdin cannot be used together', {
      hint: 'use --password-stdin',
    })
  if (given.passwordStdin === true && !given.username)
    throw new CliError('USAGE', '--password-stdin needs --username', {
      hint: `lading login -u USER --password-stdin ${host}`,
    })
  if (!input.interactive && (!given.username || (given.passwordStdin !== true && given.password === undefined))) {
    throw new CliError('USAGE', 'there is no terminal to ask for a user name and a password', {
      hint: `lading login -u USER --password-stdin ${host} < file-with-the-password`,
    })
  }
  if (given.password !== undefined)
    terminal.write(
      `${terminal.paint('yellow', 'WARNING:')} other users can see a password on the command line; use --password-stdin\n`,
    )
  const username = given.username || (await input.ask(`Username for ${host}: `, { signal })).trim()
  const password =
    given.password ??
    (given.passwordStdin === true
      ? withoutLineEnd(await input.readAll(longestPassword, { signal }))
      : await input.ask('Password: ', { signal, hidden: true }))
  if (username === '' || password === '')
    throw new CliError('USAGE', `the ${username === '' ? 'user name' : 'password'} is empty`, {
      hint: `lading login -u USER --password-stdin ${host}`,
    })
  if (username.includes(':'))
    throw new CliError('USAGE', 'a user name must not have a colon', { hint: 'give the password separately' })
  return username === tokenUser ? { kind: 'identity', token: password } : { kind: 'basic', username, password }
}

/** Neither the end of the line nor the byte order mark that some shells of Windows put before what they pipe. */
const withoutLineEnd = (text: string): string => text.replace(/^\uFEFF/, '').replace(/\r?\n$/, '')
