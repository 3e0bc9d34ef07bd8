import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { parseSize, positiveInteger, repeatable, somePath } from './options.ts'

export function loadCommand(attach: Attach): Command {
  const command = new Command('load')
    .summary('bring images from an archive into the store')
    .description(
      'Bring the images of an archive into the store: what docker save, podman save, skopeo or lading save wrote, or an OCI image layout directory; plain, or compressed with gzip or zstd. All of them or none. A tag that was taken moves.',
    )
    .addOption(
      new Option('-i, --input <file>', 'the archive, or the directory (default: - , standard input)').argParser(
        somePath,
      ),
    )
    .addOption(repeatable('--platform <platform>', 'of an index only this: os/arch or os/arch/variant (repeatable)'))
    .option('--name <name>', 'call the image this, whatever the archive calls it; of several images, the repository')
    .option('--no-names', 'give no names: for an archive that is not trusted')
    .addOption(
      new Option('--max-size <size>', 'refuse more than this out of a compressed archive (default: 256G)').argParser(
        parseSize,
      ),
    )
    .addOption(
      new Option(
        '--max-inflation-ratio <n>',
        'refuse more than this many times the size of a compressed archive, beyond 1G (default: 100)',
      ).argParser(positiveInteger),
    )
    .option('-q, --quiet', 'show no progress')
    .addHelpText(
      'after',
      examples(
        ['lading load -i alpine.tar', 'from a file'],
        ['docker save alpine | lading load', 'from a pipe'],
        ['lading load -i strange.tar --no-names', 'and then lading tag, by the image ID'],
      ),
    )
  attach(command, async () => (await import('../actions/load.ts')).load)
  return command
}
