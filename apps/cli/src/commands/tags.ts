import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { anyCount, addNetworkOptions } from './options.ts'

export function tagsCommand(attach: Attach): Command {
  const command = new Command('tags')
    .summary('list the tags of a repository')
    .description('List the tags of a repository at its registry, one per line, as they arrive.')
    .argument('<repository>', 'NAME, without a tag')
    .option('--json', 'print a JSON object once the list is complete')
    .addOption(new Option('--limit <number>', 'stop after this many').argParser(anyCount))
    .addHelpText(
      'after',
      examples(
        ['lading tags alpine', 'docker.io/library/alpine'],
        ['lading tags ghcr.io/acme/app --limit 10', 'the first ten, with as few requests as that takes'],
        ['lading tags --json quay.io/acme/app', 'for programs'],
      ),
    )
  addNetworkOptions(command)
  attach(command, async () => (await import('../actions/tags.ts')).tags)
  return command
}
