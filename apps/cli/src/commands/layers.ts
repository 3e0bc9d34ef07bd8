import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { addNetworkOptions, formatOption, parseFlag, platformOption, somePath } from './options.ts'

const reference = 'an image in the store, or else at its registry; or a place as in lading copy'

const finished = (command: Command): Command => {
  command.addOption(platformOption('which platform of a multi-platform image'))
  addNetworkOptions(command)
  return command
}

export function historyCommand(attach: Attach): Command {
  const command = new Command('history')
    .summary('show how an image was made')
    .description(
      'Show the steps that made an image, the newest first, with the compressed size of the layer that each left. No layer is fetched.',
    )
    .argument('<reference>', reference)
    .option('--no-trunc', 'whole IDs and commands')
    .option('--json', 'print the steps as JSON, with digests')
    .addOption(formatOption('{{.ID}}: {{.CreatedBy}}', { table: true }))
    .option('-q, --quiet', 'print only image IDs')
    .addOption(
      new Option('-H, --human [flag]', 'ages, and sizes in kB, MB …; false: times, and sizes in bytes')
        .argParser(parseFlag)
        .default(true),
    )
    .addHelpText('after', examples(['lading history alpine', 'of the store, or straight from the registry']))
  attach(finished(command), async () => (await import('../actions/history.ts')).history)
  return command
}

export function diffCommand(attach: Attach): Command {
  const command = new Command('diff')
    .summary('compare two images')
    .description(
      'Compare two images: manifests, configurations, files and their contents. Exits with 0 if they are the same, 1 if they differ, and 2 if they could not be compared.',
    )
    .argument('<before>', reference)
    .argument('<after>', 'the other image')
    .option('--json', 'print the differences as JSON')
    .addHelpText(
      'after',
      examples(
        ['lading diff alpine:3.19 alpine:3.20', 'A added, D deleted, C changed, and how'],
        ['lading diff ghcr.io/acme/app:1.4 oci:build:1.4', 'a release and a local build'],
      ),
    )
  attach(finished(command), async () => (await import('../actions/diff.ts')).diff)
  return command
}

export function treeCommand(attach: Attach): Command {
  const command = new Command('tree')
    .summary('show what each layer of an image adds')
    .description(
      'Show each layer of an image, base first: its compressed size, the instruction that made it, and what it adds, changes, deletes and wastes (files that a later layer replaces or deletes). Every layer is read.',
    )
    .argument('<reference>', reference)
    .option('--json', 'print it as JSON')
    .addOption(new Option('--svg <file>', 'write a picture to this file').argParser(somePath))
    .addOption(new Option('--html <file>', 'write a page to this file').argParser(somePath))
    .addHelpText(
      'after',
      examples(
        ['lading tree alpine', 'as text'],
        ['lading tree --html app.html ghcr.io/acme/app:1.4', 'as a page for a browser'],
      ),
    )
  attach(finished(command), async () => (await import('../actions/tree.ts')).tree)
  return command
}
