import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { addRegistryOptions, somePath } from './options.ts'

export function blobCommand(attach: Attach): Command {
  const command = new Command('blob')
    .summary('fetch a blob')
    .description(
      'Fetch a blob of a repository, a layer say, to standard output or a file. The exit code tells whether its digest was right; a file is there only then.',
    )
    .argument('<reference>', 'NAME@DIGEST')
    .addOption(
      new Option('-o, --output <file>', 'write it there: whole and verified, or not at all').argParser(somePath),
    )
    .option('-f, --force', 'write it even to a terminal')
    .option('--json', 'with -o: print what was written as a JSON object')
    .addHelpText(
      'after',
      examples(
        ['lading blob alpine@sha256:44136fa3… | tar tz', 'list a layer'],
        ['lading blob -o layer.tar.gz ghcr.io/acme/app@sha256:44136fa3…', 'keep it'],
      ),
    )
  addRegistryOptions(command)
  attach(command, async () => (await import('../actions/blob.ts')).blob)
  return command
}
