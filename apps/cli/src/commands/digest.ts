import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { addNetworkOptions } from './options.ts'

export function digestCommand(attach: Attach): Command {
  const command = new Command('digest')
    .summary('print the digest that a reference points to')
    .description(
      'Print the digest that a reference points to at its registry. Takes one HEAD request, which registries do not count as a pull.',
    )
    .argument('<reference>', 'NAME, NAME:TAG or NAME@DIGEST; a bare name means the tag latest')
    .option('--full-ref', 'print NAME@DIGEST')
    .option('--json', 'print a JSON object, with media type and size')
    .addOption(
      new Option(
        '--platform <platform>',
        'print the digest of the image for this platform, not of the index: os/arch or os/arch/variant',
      ),
    )
    .addHelpText(
      'after',
      examples(
        ['lading digest alpine', 'of the index'],
        ['lading digest alpine:3.20 --platform linux/arm64', 'of one image in it'],
        ['lading digest --full-ref ghcr.io/acme/app:1.4', 'to pin it'],
      ),
    )
  addNetworkOptions(command)
  attach(command, async () => (await import('../actions/digest.ts')).digest)
  return command
}
