import { Command } from 'commander'
import { examples, type Attach } from './define.ts'

export function pinCommand(attach: Attach): Command {
  const command = new Command('pin')
    .summary('keep an image that lading serve has fetched')
    .description(
      'Keep what lading serve has fetched under this name, or will fetch, when it makes room. A tag keeps what it stands for at the time.',
    )
    .argument('<reference...>', 'NAME, NAME:TAG or NAME@DIGEST; a bare name means the tag latest')
    .addHelpText('after', examples(['lading pin alpine:3.20', 'what this tag stands for stays']))
  attach(command, async () => (await import('../actions/pins.ts')).pin)
  return command
}

export function unpinCommand(attach: Attach): Command {
  const command = new Command('unpin')
    .summary('let lading serve remove it again')
    .description('Let lading serve remove an image again when it makes room.')
    .argument('<reference...>', 'as it was given to lading pin')
    .addHelpText('after', examples(['lading unpin alpine:3.20', 'it goes when it was not used for longest']))
  attach(command, async () => (await import('../actions/pins.ts')).unpin)
  return command
}

export function pinsCommand(attach: Attach): Command {
  const command = new Command('pins')
    .summary('list what lading serve keeps')
    .description('List the references that lading serve keeps when it makes room.')
    .option('--json', 'print a JSON array')
    .addHelpText('after', examples(['lading pins', 'one reference a line']))
  attach(command, async () => (await import('../actions/pins.ts')).pins)
  return command
}
