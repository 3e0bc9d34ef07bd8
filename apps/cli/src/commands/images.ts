import { Command } from 'commander'
import { examples, type Attach } from './define.ts'
import { repeatable } from './options.ts'

export function imagesCommand(attach: Attach, name = 'images'): Command {
  const command = new Command(name)
    .summary('list the images in the store')
    .description('List the images in the store, the newest first. SIZE is what they take there: compressed.')
    .argument('[pattern]', 'as --filter reference=PATTERN')
    .option('--json', 'print a JSON array')
    .option('-q, --quiet', 'print only image IDs')
    .option('--digests', 'show the digest that each name points to')
    .option('--no-trunc', 'print image IDs in full')
    .addOption(
      repeatable('-f, --filter <filter>', 'reference=PATTERN, where * and ? match anything but a slash (repeatable)'),
    )
    .addHelpText(
      'after',
      examples(
        ['lading images', 'all of them'],
        ["lading images --filter 'reference=ghcr.io/acme/*'", 'some of them'],
        ['lading images --json --digests', 'for programs'],
        ["lading rmi -f $(lading images -q 'old/*')", 'remove these images with all their names'],
      ),
    )
  if (name === 'ls') command.alias('list')
  attach(command, async () => (await import('../actions/images.ts')).images)
  return command
}
