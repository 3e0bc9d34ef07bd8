import { Command } from 'commander'
import { examples, type Attach } from './define.ts'

export function versionCommand(attach: Attach): Command {
  const command = new Command('version')
    .summary('show which lading and which Node.js this is')
    .description('Show the versions of lading, of Node.js and of what does the work in it. lading info shows more.')
    .option('-f, --format <format>', "json, or a template of Go's: {{.Client.Version}}")
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      examples(
        ['lading version', 'for a report of a bug'],
        ["lading version --format '{{.Client.Version}}'", 'as docker'],
      ),
    )
  attach(command, async () => (await import('../actions/version.ts')).version)
  return command
}

export function infoCommand(attach: Attach): Command {
  const command = new Command('info')
    .summary('show what a report of a bug needs')
    .description(
      'Show versions, the machine, the store, and which files and variables decide about registries. No names of images, no secrets. Asks no registry.',
    )
    .option('-f, --format <format>', "json, or a template of Go's: {{.Images}}")
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      examples(
        ['lading info', 'to paste into a report'],
        ["lading info --format '{{.DockerRootDir}}'", 'where the store is'],
      ),
    )
  attach(command, async () => (await import('../actions/info.ts')).info)
  return command
}
