import { Command } from 'commander'
import { examples, type Attach } from './define.ts'
import { acceptedOption, formatOption, platformOption } from './options.ts'

export function inspectCommand(attach: Attach): Command {
  const command = new Command('inspect')
    .summary('show what is known of images')
    .description('Show what is known of images in the store: identity, configuration, layers.')
    .argument('<image...>', 'a reference, an image ID, or the start of one')
    .option('--json', 'print a JSON array')
    .addOption(formatOption('{{.Id}}', { short: '-f, ' }))
    .addOption(acceptedOption('--type <type>').choices(['image']))
    .addOption(acceptedOption('-s, --size'))
    .addOption(platformOption('which image of a multi-platform one'))
    .addHelpText(
      'after',
      examples(
        ['lading inspect alpine', 'for people'],
        ['lading inspect --json 4bcff63911fc', 'for programs, by the start of an image ID'],
        ['lading inspect -f \'{{index .Config.Labels "version"}}\' alpine', 'one thing of it, as with docker'],
        ['lading inspect alpine --platform linux/arm64', 'the image for another platform'],
      ),
    )
  attach(command, async () => (await import('../actions/inspect.ts')).inspect)
  return command
}
