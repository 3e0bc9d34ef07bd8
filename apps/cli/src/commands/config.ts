import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { platformOption, addNetworkOptions } from './options.ts'

export function configCommand(attach: Attach): Command {
  const command = new Command('config')
    .summary('print the configuration of an image')
    .description(
      'Print the configuration of an image at its registry, as indented JSON. The digest is verified; nothing is stored.',
    )
    .argument('<reference>', 'NAME, NAME:TAG or NAME@DIGEST; a bare name means the tag latest')
    .option('--json', 'print JSON, which is the default')
    .addOption(new Option('--raw', 'print the exact bytes, whose digest is the image ID').conflicts('json'))
    .addOption(platformOption('which platform of a multi-platform image'))
    .addHelpText(
      'after',
      examples(
        ['lading config alpine', 'for the platform of this machine'],
        ['lading config alpine --platform linux/arm64', 'for another'],
        ['lading config --raw alpine | sha256sum', 'is the image ID'],
      ),
    )
  addNetworkOptions(command)
  attach(command, async () => (await import('../actions/config.ts')).config)
  return command
}
