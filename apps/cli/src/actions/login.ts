import { printable } from '@lading/errors'
import { registryHost, storeCredential, type Credential, type Stored } from '@lading/credentials'
import type { AllowedRealm, SignIn } from '@lading/registry-client'
import { configDirectoryFromEnv, rememberRealm } from '@lading/registry-client/hosts'
import { CliError } from '../cli-error.ts'
import type { Action, CommandContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { jsonText } from '../text/json-line.ts'
import { askForCredential, type GivenCredential } from './ask-for-credential.ts'
import { clientOptions } from './client-options.ts'
import { withClient } from './with-client.ts'
import type { RegistryCommandOptions } from '../command-options.ts'

interface LoginOptions extends RegistryCommandOptions, GivenCredential {
  readonly json?: boolean | undefined
}

export const login: Action<[host: string | undefined], LoginOptions> = async (
  [given = 'docker.io'],
  options,
  context,
) => {
  const { terminal, environment, signal } = context
  const host = registryHost(given)
  // What is wrong with the command line is said before a password is asked for.
  await clientOptions(options, context, { warn: () => undefined })
  const credential = await askForCredential(host, options, context)
  const { result, realm } = await checked(host, credential, options, context)
  const stored = await storeCredential(host, result.renewed ?? credential, { env: environment.variables, signal })
  if (realm !== undefined) await rememberRealm(configDirectoryFromEnv({ env: environment.variables }), realm)
  const warn = (text: string): void => terminal.write(`${terminal.paint('yellow', 'WARNING:')} ${printable(text)}\n`)
  if (result.outcome === 'not-asked')
    warn(`${host} allows anonymous access and did not ask for credentials: they were not checked`)
  if (stored.kind === 'file')
    warn(`the password is kept unencrypted in ${stored.file}; a credential helper (credsStore) is safer`)
  context.print(options.json === true ? jsonText(report(host, { credential, result, stored })) : 'Login Succeeded')
  return exitCodes.ok
}

/** Nothing is stored that the registry did not take. A token server elsewhere is shown to the user before it sees anything. */
async function checked(
  host: string,
  credential: Credential,
  options: LoginOptions,
  context: CommandContext,
): Promise<{ readonly result: SignIn; readonly realm?: AllowedRealm }> {
  const attempt = (allowRealm: readonly string[]): Promise<SignIn> =>
    withClient({ ...options, allowRealm }, context, (client) =>
      client.signIn(host, { credential, signal: context.signal }),
    )
  const named = options.allowRealm ?? []
  const first = await attempt(named)
  if (first.realm === undefined) return { result: first }
  const realm = { registry: host, realm: first.realm }
  // Named on this command line is as good as answered.
  if (first.outcome !== 'withheld')
    return named.some((text) => text.endsWith(`=${realm.realm}`)) ? { result: first, realm } : { result: first }
  await agree(realm, context)
  const result = await attempt([...named, `${host}=${realm.realm}`])
  if (result.realm === first.realm && result.outcome !== 'withheld') return { result, realm }
  throw new CliError('USAGE', `${host} names another token server each time`, {
    host,
    hint: "ask the registry's operator",
  })
}

async function agree({ registry, realm }: AllowedRealm, { input, terminal, signal }: CommandContext): Promise<void> {
  const refused = (message: string): CliError =>
    new CliError('USAGE', message, {
      host: registry,
      hint: `if you trust it: lading login --allow-realm ${registry}=${realm} ${registry}`,
    })
  if (!input.interactive)
    throw refused(
      `${registry} asks to send the password to its token server ${printable(realm)}, which is a different host`,
    )
  terminal.write(
    `${registry} asks to send the password to its token server ${printable(realm)}, which is a different host.\n`,
  )
  const answer = await input.ask('Send it there, now and in future? [y/N] ', { signal })
  if (!/^y(?:es)?$/i.test(answer.trim()))
    throw refused(`nothing was sent to ${printable(realm)}, and nothing was stored`)
}

function report(
  registry: string,
  { credential, result, stored }: { readonly credential: Credential; readonly result: SignIn; readonly stored: Stored },
): object {
  return {
    registry,
    kind: credential.kind,
    ...(credential.kind === 'basic' ? { username: credential.username } : {}),
    checked: result.outcome === 'accepted',
    scheme: result.scheme,
    ...(result.realm === undefined ? {} : { realm: result.realm }),
    stored,
  }
}
