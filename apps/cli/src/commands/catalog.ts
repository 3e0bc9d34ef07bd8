import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { anyCount, addNetworkOptions } from './options.ts'

export function catalogCommand(attach: Attach): Command {
  const command = new Command('catalog')
    .summary('list the repositories of a registry')
    .description('List the repositories of a registry, one per line. Large public registries do not allow this.')
    .argument('<host>', 'the registry: host or host:port')
    .option('--json', 'print a JSON object once the list is complete')
    .addOption(new Option('--limit <number>', 'stop after this many').argParser(anyCount))
    .addHelpText(
      'after',
      examples(
        ['lading catalog registry.example.com', 'all of them'],
        ['lading catalog --json localhost:5000', 'for programs'],
      ),
    )
  addNetworkOptions(command)
  attach(command, async () => (await import('../actions/catalog.ts')).catalog)
  return command
}
