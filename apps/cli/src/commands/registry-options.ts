import type { Command } from 'commander'
import { repeatable } from './options.ts'
import { addPaceOptions } from './pace-options.ts'

export function addRegistryOptions(command: Command): void {
  command
    .addOption(repeatable('--insecure <host>', 'allow http and unchecked certificates at this host (repeatable)'))
    .addOption(
      repeatable(
        '--mirror <url>',
        'ask this mirror first: https://… of docker.io, HOST=https://… of another registry (repeatable)',
      ),
    )
    .addOption(
      repeatable(
        '--hosts-dir <dir>',
        "directory of <host>/hosts.toml that goes before this machine's files (repeatable; env: LADING_HOSTS=off goes without those)",
      ),
    )
    .option(
      '--proxy <url>',
      "ask every host through this proxy, or through 'none' (default: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, then proxies of docker's config.json)",
    )
    .addOption(
      repeatable(
        '--allow-realm <registry=host>',
        'let this token server on another host see the credentials of a registry (repeatable)',
      ),
    )
  addPaceOptions(command)
}
