import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { anyCount, addRegistryOptions } from './options.ts'

export function tagsCommand(attach: Attach): Command {
  const command = new Command('tags')
    .summary('list the tags of a repository')
    .description('List the tags of a repository at its registry, one a line, as they come.')
    .argument('<repository>', 'NAME, without a tag')
    .option('--json', 'print a JSON object, when all are there')
    .addOption(new Option('--limit <number>', 'no more than so many').argParser(anyCount))
    .addHelpText(
      'after',
      examples(
        ['lading tags alpine', 'docker.io/library/alpine'],
        ['lading tags ghcr.io/acme/app --limit 10', 'the first ones, and no more requests than they take'],
        ['lading tags --json quay.io/acme/app', 'for programs'],
      ),
    )
  addRegistryOptions(command)
  attach(command, async () => (await import('../actions/tags.ts')).tags)
  return command
}
