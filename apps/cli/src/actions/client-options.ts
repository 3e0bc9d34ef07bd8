import type { RegistryClientOptions } from '@lading/registry-client'
import type { FileHosts } from '@lading/registry-client/hosts'
import type { RegistryCommandOptions } from '../commands/registry-options.ts'
import type { CommandContext } from '../context.ts'

/** How a command that talks to a registry is to do it, by its options and the machine's files. */
export async function clientOptions({ insecure, mirror, hostsDir }: RegistryCommandOptions, { environment, signal }: CommandContext): Promise<RegistryClientOptions & { readonly hosts: FileHosts | undefined }> {
  const { systemHosts } = await import('@lading/registry-client/hosts')
  const hosts = await systemHosts({ env: environment.variables, hostsDirs: hostsDir, signal })
  return { insecure, mirrors: mirror, hosts }
}
