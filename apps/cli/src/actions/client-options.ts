import type { RegistryClientOptions } from '@lading/registry-client'
import type { RegistryCommandOptions } from '../commands/registry-options.ts'

/** How a command that talks to a registry is to do it, by its options. */
export function clientOptions({ insecure }: RegistryCommandOptions): RegistryClientOptions {
  return { insecure }
}
