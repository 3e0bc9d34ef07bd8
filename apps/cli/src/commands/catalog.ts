import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { anyCount, addRegistryOptions } from './options.ts'

export function catalogCommand(attach: Attach): Command {
  const command = new Command('catalog')
    .summary('list the repositories of a registry')
    .description('List the repositories of a registry, one a line, where it tells them. The large public ones do not.')
    .argument('<host>', 'the registry: host or host:port')
    .option('--json', 'print a JSON object, when all are there')
    .addOption(new Option('--limit <number>', 'no more than so many').argParser(anyCount))
    .addHelpText(
      'after',
      examples(
        ['lading catalog registry.example.com', 'all of them'],
        ['lading catalog --json localhost:5000', 'for programs'],
      ),
    )
  addRegistryOptions(command)
  attach(command, async () => (await import('../actions/catalog.ts')).catalog)
  return command
}
