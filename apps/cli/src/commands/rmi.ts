import { Command } from 'commander'
import { examples, type Attach } from './define.ts'
import { acceptedOption } from './options.ts'

export function rmiCommand(attach: Attach, name = 'rmi'): Command {
  const command = new Command(name)
    .summary('remove images from the store')
    .description(
      'Remove names from the store. With the last name of an image, its content is removed too, unless another image needs it.',
    )
    .argument(
      '<image...>',
      'a reference removes that name; an image ID, or the start of one, removes all names of the image',
    )
    .option(
      '-f, --force',
      'remove an image ID even if it has names in several repositories; do not fail for images that do not exist',
    )
    .addOption(acceptedOption('--no-prune'))
    .addHelpText(
      'after',
      examples(['lading rmi alpine:3.20', 'one name'], ['lading rmi -f 4bcff63911fc', 'an image with all its names']),
    )
  if (name === 'rm') command.alias('remove')
  attach(command, async () => (await import('../actions/rmi.ts')).rmi)
  return command
}
