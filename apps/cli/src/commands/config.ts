import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { platformOption, addRegistryOptions } from './options.ts'

export function configCommand(attach: Attach): Command {
  const command = new Command('config')
    .summary('print the configuration of an image')
    .description(
      'Print the configuration of an image at its registry, as indented JSON. It is verified, and nothing is stored.',
    )
    .argument('<reference>', 'NAME, NAME:TAG or NAME@DIGEST; a bare name means the tag latest')
    .option('--json', 'print JSON, as without it')
    .addOption(new Option('--raw', 'print exactly the bytes that the image ID is over').conflicts('json'))
    .addOption(platformOption('which image of a multi-platform one'))
    .addHelpText(
      'after',
      examples(
        ['lading config alpine', 'for the platform of this machine'],
        ['lading config alpine --platform linux/arm64', 'for another'],
        ['lading config --raw alpine | sha256sum', 'is the image ID'],
      ),
    )
  addRegistryOptions(command)
  attach(command, async () => (await import('../actions/config.ts')).config)
  return command
}
