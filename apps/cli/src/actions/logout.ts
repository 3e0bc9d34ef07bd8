import { printable } from '@lading/errors'
import { eraseCredential, registryHost } from '@lading/credentials'
import { configDirectoryFromEnv, forgetRealm } from '@lading/registry-client/hosts'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { jsonText } from '../text/json-line.ts'
import { credentialSource } from './credentials.ts'
import type { GlobalOptions } from '../command-options.ts'

interface LogoutOptions extends GlobalOptions {
  readonly json?: boolean | undefined
}

export const logout: Action<[host: string | undefined], LogoutOptions> = async (
  [given = 'docker.io'],
  options,
  context,
) => {
  const { environment, terminal, signal } = context
  const host = registryHost(given)
  const erased = await eraseCredential(host, { env: environment.variables, signal })
  await forgetRealm(configDirectoryFromEnv({ env: environment.variables }), host)
  // Of another tool, or of the environment: not ours to take away, and good to know.
  const left = (await (await credentialSource(context)).explain({ host }, { signal, ask: false })).find(
    ({ outcome }) => outcome === 'used',
  )
  if (options.json === true)
    context.print(
      jsonText({
        registry: host,
        file: erased.file,
        keys: erased.keys,
        ...(erased.helper === undefined ? {} : { helper: erased.helper }),
        ...(left === undefined ? {} : { left: left.place }),
      }),
    )
  else
    context.print(
      erased.keys.length > 0 || erased.helper !== undefined
        ? `Removing login credentials for ${host}`
        : `Not logged in to ${host}`,
    )
  if (left !== undefined)
    terminal.write(
      `${terminal.paint('yellow', 'WARNING:')} ${host} still has credentials in ${printable(left.place)}\n`,
    )
  return exitCodes.ok
}
