import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { flowOption, parseSize, positiveInteger, repeatable, somePath } from './options.ts'

export function loadCommand(attach: Attach): Command {
  const command = new Command('load')
    .summary('load images from an archive into the store')
    .description(
      'Load the images of an archive into the store: an archive from docker save, podman save, skopeo or lading save, or an OCI image layout directory. The archive may be compressed with gzip or zstd. Either all images are loaded or none. A tag that exists moves to the loaded image.',
    )
    .addOption(
      new Option('-i, --input <file>', 'the archive or the directory (default: -, standard input)').argParser(somePath),
    )
    .addOption(
      repeatable(
        '--platform <platform>',
        'load only this platform of an index: os/arch or os/arch/variant (repeatable)',
      ),
    )
    .option(
      '--name <name>',
      'the name for the image, instead of the one in the archive; for several images, the repository',
    )
    .option('--no-names', 'ignore the names in the archive, for an archive that is not trusted')
    .addOption(
      new Option(
        '--max-size <size>',
        'reject a compressed archive that expands to more than this (default: 256G)',
      ).argParser(parseSize),
    )
    .addOption(
      new Option(
        '--max-inflation-ratio <n>',
        'reject a compressed archive that expands to more than 1G and this many times its size (default: 100)',
      ).argParser(positiveInteger),
    )
    .option('-q, --quiet', 'show no progress; overrides --progress')
    .addOption(flowOption())
    .addHelpText(
      'after',
      examples(
        ['lading load -i alpine.tar', 'from a file'],
        ['docker save alpine | lading load', 'from a pipe'],
        ['lading load -i strange.tar --no-names', 'then name them with lading tag, by image ID'],
      ),
    )
  attach(command, async () => (await import('../actions/load.ts')).load)
  return command
}
