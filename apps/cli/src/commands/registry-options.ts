import type { Command } from 'commander'
import { repeatable, type GlobalOptions } from './options.ts'

/** What every command that talks to a registry takes. */
export interface RegistryCommandOptions extends GlobalOptions {
  readonly insecure?: readonly string[] | undefined
}

export function addRegistryOptions(command: Command): void {
  command.addOption(repeatable('--insecure <host>', 'allow http and unchecked certificates at this host (repeatable)'))
}
