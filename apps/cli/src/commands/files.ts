import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { addNetworkOptions, platformOption, somePath } from './options.ts'

const reference =
  'an image in the store, or else at its registry; or one of docker://REF, store:REF, oci:DIR[:NAME], oci-archive:FILE[:NAME], docker-archive:FILE[:REF]'

const finished = (command: Command): Command => {
  command.addOption(platformOption('which platform of a multi-platform image'))
  addNetworkOptions(command)
  return command
}

export function lsCommand(attach: Attach): Command {
  const command = new Command('ls')
    .summary('list the files of an image')
    .description(
      'List the files of an image as a container would see them. Only the layers that are needed are read; nothing is stored.',
    )
    .argument('<reference>', reference)
    .argument('[path]', 'a directory or file in the image (default: the root)')
    .option('-l, --long', 'show mode, owner, size, time in UTC, and link targets')
    .option('-R, --recursive', 'list directories recursively')
    .option('--json', 'print one JSON object per line, with the layer that each file comes from')
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
    .description('Print files of an image. Symbolic links are followed within the image; nothing is stored.')
    .argument('<reference>', reference)
    .argument('<path...>', 'a file in the image')
    .addHelpText(
      'after',
      examples(['lading cat debian /etc/os-release', 'from the store, or directly from the registry']),
    )
  attach(finished(command), async () => (await import('../actions/cat.ts')).cat)
  return command
}

export function cpCommand(attach: Attach): Command {
  const command = new Command('cp')
    .summary('copy a file or a directory out of an image')
    .description(
      'Copy a file or a directory out of an image: into a directory, where it keeps its name, or as a tar archive to standard output. The copies belong to you; existing files are not replaced, and nothing is written outside the directory.',
    )
    .argument('<source>', 'REFERENCE:/PATH')
    .argument('<directory>', 'an existing directory, or - for a tar archive on standard output')
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
      'Write all files of an image as one flattened tar archive: deleted files are left out, hard links are kept. The same image always gives the same bytes. While an image at a registry is exported, its layers are kept beside the file, or in TMPDIR.',
    )
    .argument('<reference>', reference)
    .addOption(new Option('-o, --output <file>', 'write to this file instead of standard output').argParser(somePath))
    .addHelpText(
      'after',
      examples(
        ['lading export alpine | tar x -C rootfs', 'a root file system'],
        ['lading export -o app.tar ghcr.io/acme/app:1.4', 'the file appears when it is complete'],
      ),
    )
  attach(finished(command), async () => (await import('../actions/export.ts')).exportFiles)
  return command
}
