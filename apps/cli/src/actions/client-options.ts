import { parseAllowedRealm, type ExplainedProxyPolicy, type RegistryClientOptions } from '@lading/registry-client'
import type { FileHosts } from '@lading/registry-client/hosts'
import type { RegistryCommandOptions, PaceOptions } from '../command-options.ts'
import type { CommandContext } from '../context.ts'
import type { ProgressMode } from '../progress/renderer.ts'
import { chooseProxy } from './choose-proxy.ts'
import { credentialsOf } from './credentials.ts'
import { debugRequests } from './debug-requests.ts'

/** How a command that talks to a registry is to do it, by its options, the environment and the machine's files. */
export async function clientOptions(
  options: RegistryCommandOptions & { readonly progress?: ProgressMode | undefined },
  context: CommandContext,
  { warn = warnAt(context) }: { readonly warn?: ((message: string) => void) | undefined } = {},
): Promise<RegistryClientOptions & { readonly hosts: FileHosts | undefined; readonly proxy: ExplainedProxyPolicy }> {
  const { insecure, mirror, hostsDir, proxy, allowRealm = [], debug, progress } = options
  const { environment, signal, terminal } = context
  const { configDirectoryFromEnv, rememberedRealms, systemHosts } = await import('@lading/registry-client/hosts')
  const [hosts, realms, chosenProxy] = await Promise.all([
    systemHosts({ env: environment.variables, hostsDirs: hostsDir, signal, onWarning: ({ message }) => warn(message) }),
    rememberedRealms(configDirectoryFromEnv({ env: environment.variables })),
    chooseProxy(proxy, context),
  ])
  return {
    insecure,
    mirrors: mirror,
    hosts,
    ...paceOf(options),
    credentials: credentialsOf(context, { warn }),
    storeRenewedIdentity: async ({ host, ...tokens }) => {
      const { renewCredential } = await import('@lading/credentials')
      await renewCredential(host, tokens, { env: environment.variables })
    },
    // Of this command line, and of earlier logins.
    allowRealms: [...allowRealm.map(parseAllowedRealm), ...realms],
    proxy: chosenProxy,
    // Among events in JSON a line of words would be an error to whoever reads them.
    onEvent: debug === true && progress !== 'json' ? debugRequests(terminal, chosenProxy) : undefined,
  }
}

/** A line that the user should read. */
export const warnAt =
  ({ terminal }: Pick<CommandContext, 'terminal'>) =>
  (message: string): void =>
    terminal.write(`${terminal.paint('yellow', 'WARNING:')} ${message}\n`)

/** What a registry client is told of bytes and time. */
function paceOf({
  limitRate,
  connectTimeout,
  stallTimeout,
  requestTimeout,
}: PaceOptions): Pick<RegistryClientOptions, 'limitRate' | 'timeouts'> {
  // A server that does not begin to answer stalls as well.
  return {
    limitRate,
    timeouts: { connect: connectTimeout, headers: stallTimeout, stall: stallTimeout, total: requestTimeout },
  }
}
