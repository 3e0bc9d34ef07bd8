import { Command } from 'commander'
import { examples, type Attach } from './define.ts'

export function rmiCommand(attach: Attach, name = 'rmi'): Command {
  const command = new Command(name)
    .summary('remove images from the store')
    .description('Remove names from the store, and with the last name what no other image needs.')
    .argument('<image...>', 'a reference: that name goes. An image ID or the start of one: all its names go')
    .option('-f, --force', 'remove an image ID that has names in several repositories; accept what is not there')
    .addHelpText(
      'after',
      examples(['lading rmi alpine:3.20', 'one name'], ['lading rmi -f 4bcff63911fc', 'an image with all its names']),
    )
  if (name === 'rm') command.alias('remove')
  attach(command, async () => (await import('../actions/rmi.ts')).rmi)
  return command
}
