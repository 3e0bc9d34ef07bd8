import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { addNetworkOptions, flowOption, somePath } from './options.ts'

export function blobCommand(attach: Attach): Command {
  const command = new Command('blob')
    .summary('download a blob')
    .description(
      'Download a blob, such as a layer, to standard output or to a file. Its digest is verified: if it does not match, the command fails, and no file is written.',
    )
    .argument('<reference>', 'NAME@DIGEST')
    .addOption(
      new Option(
        '-o, --output <file>',
        'write to this file, which appears only when it is complete and verified',
      ).argParser(somePath),
    )
    .option('-f, --force', 'write to standard output even if it is a terminal')
    .option('-q, --quiet', 'show no progress; overrides --progress')
    .addOption(flowOption())
    .option('--json', 'with -o: print a JSON object about the file')
    .addHelpText(
      'after',
      examples(
        ['lading blob alpine@sha256:44136fa3… | tar tz', 'list a layer'],
        ['lading blob -o layer.tar.gz ghcr.io/acme/app@sha256:44136fa3…', 'write it to a file'],
      ),
    )
  addNetworkOptions(command)
  attach(command, async () => (await import('../actions/blob.ts')).blob)
  return command
}
