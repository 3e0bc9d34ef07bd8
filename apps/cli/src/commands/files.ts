import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { addRegistryOptions, platformOption, somePath } from './options.ts'

const reference =
  'an image of the store, or else of its registry; docker://REF, store:REF, oci:DIR[:NAME], oci-archive:FILE[:NAME], docker-archive:FILE[:REF] say where'

const finished = (command: Command): Command => {
  command.addOption(platformOption('which image of a multi-platform one'))
  addRegistryOptions(command)
  return command
}

export function lsCommand(attach: Attach): Command {
  const command = new Command('ls')
    .summary('list the files of an image')
    .description(
      'List the files of an image as a container of it would see them. Layers are read from the top, and no further than needed; nothing is stored.',
    )
    .argument('<reference>', reference)
    .argument('[path]', 'a directory or a file of it (default: the root)')
    .option('-l, --long', 'mode, owner, size, time in UTC, and where links point')
    .option('-R, --recursive', 'everything below it')
    .option('--json', 'one JSON object a line, with the layer that each file came from')
    .addHelpText(
      'after',
      examples(
        ['lading ls alpine /etc', 'names'],
        ['lading ls -lR ghcr.io/acme/app:1.4 /srv', 'everything below a directory'],
        ['lading ls oci-archive:app.tar', 'of a file'],
      ),
    )
  attach(finished(command), async () => (await import('../actions/ls.ts')).ls)
  return command
}

export function catCommand(attach: Attach): Command {
  const command = new Command('cat')
    .summary('print files of an image')
    .description('Print files of an image. Links are followed inside of it; nothing is stored.')
    .argument('<reference>', reference)
    .argument('<path...>', 'a file of it')
    .addHelpText(
      'after',
      examples(['lading cat debian /etc/os-release', 'of the store, or straight from the registry']),
    )
  attach(finished(command), async () => (await import('../actions/cat.ts')).cat)
  return command
}

export function cpCommand(attach: Attach): Command {
  const command = new Command('cp')
    .summary('copy a file or a directory out of an image')
    .description(
      'Copy a file or a directory out of an image, into a directory under its last name, or as a tar archive to standard output. Files are the user’s own; nothing that is there is replaced, and nothing is written outside of the directory.',
    )
    .argument('<source>', 'REFERENCE:/PATH')
    .argument('<directory>', 'a directory that is there, or - for an archive on standard output')
    .addHelpText(
      'after',
      examples(
        ['lading cp alpine:3.20:/etc/apk .', 'a directory'],
        ['lading cp alpine:/bin - | tar t', 'as an archive, with owners'],
      ),
    )
  attach(finished(command), async () => (await import('../actions/cp.ts')).cp)
  return command
}

export function exportCommand(attach: Attach): Command {
  const command = new Command('export')
    .summary('write the files of an image as one tar archive')
    .description(
      'Write all files of an image as one flattened tar archive: whiteouts applied, hard links kept. The same image gives the same bytes. Of an image at a registry, layers are kept meanwhile beside the file, or where TMPDIR says.',
    )
    .argument('<reference>', reference)
    .addOption(new Option('-o, --output <file>', 'write it there, and not to standard output').argParser(somePath))
    .addHelpText(
      'after',
      examples(
        ['lading export alpine | tar x -C rootfs', 'a root file system'],
        ['lading export -o app.tar ghcr.io/acme/app:1.4', 'a file that is there when it is whole'],
      ),
    )
  attach(finished(command), async () => (await import('../actions/export.ts')).exportFiles)
  return command
}
