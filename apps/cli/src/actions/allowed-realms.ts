import { printable } from '@lading/errors'
import type { AllowedRealm } from '@lading/registry-client'
import { CliError } from '../cli-error.ts'
import type { CommandContext } from '../context.ts'
import { rememberedRealms } from './remembered-realms.ts'
import type { RegistryCommandOptions } from '../command-options.ts'

/** Of this command line, and of earlier logins. */
export async function allowedRealms(
  { allowRealm = [] }: RegistryCommandOptions,
  { environment }: CommandContext,
): Promise<readonly AllowedRealm[]> {
  return [...allowRealm.map(parseAllowedRealm), ...(await rememberedRealms(environment.configDirectory))]
}

function parseAllowedRealm(text: string): AllowedRealm {
  const [registry = '', realm = '', ...rest] = text.split('=')
  if (registry !== '' && realm !== '' && rest.length === 0) return { registry, realm }
  throw new CliError('USAGE', `'${printable(text, 200)}' is not REGISTRY=HOST`, {
    hint: 'name the registry and its token server: --allow-realm registry.example.com=auth.example.com',
  })
}
