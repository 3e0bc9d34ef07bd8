import { Command } from 'commander'
import { examples, type Attach } from './define.ts'

export function pinCommand(attach: Attach): Command {
  const command = new Command('pin')
    .summary('keep an image that lading serve has fetched')
    .description(
      'Keep the image of this name in the cache of lading serve, whether it is there or is fetched later, when space is freed. For a tag, the image that it points to at that time is kept.',
    )
    .argument('<reference...>', 'NAME, NAME:TAG or NAME@DIGEST; a bare name means the tag latest')
    .addHelpText('after', examples(['lading pin alpine:3.20', 'the image of this tag stays in the cache']))
  attach(command, async () => (await import('../actions/pins.ts')).pin)
  return command
}

export function unpinCommand(attach: Attach): Command {
  const command = new Command('unpin')
    .summary('let lading serve remove an image again')
    .description('Let lading serve remove an image again when it frees space.')
    .argument('<reference...>', 'the reference, as it was given to lading pin')
    .addHelpText('after', examples(['lading unpin alpine:3.20', 'it is removed when it is the least recently used']))
  attach(command, async () => (await import('../actions/pins.ts')).unpin)
  return command
}

export function pinsCommand(attach: Attach): Command {
  const command = new Command('pins')
    .summary('list the images that lading serve keeps')
    .description('List the references that lading serve keeps when it frees space.')
    .option('--json', 'print a JSON array')
    .addHelpText('after', examples(['lading pins', 'one reference per line']))
  attach(command, async () => (await import('../actions/pins.ts')).pins)
  return command
}
