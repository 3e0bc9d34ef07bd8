import { Command } from 'commander'
import { examples, type Attach } from './define.ts'
import { formatOption, repeatable } from './options.ts'

export function imagesCommand(attach: Attach, name = 'images'): Command {
  const command = new Command(name)
    .summary('list the images in the store')
    .description('List the images in the store, the newest first. SIZE is what they take there: compressed.')
    .argument('[pattern]', 'as --filter reference=PATTERN')
    .option('-a, --all', 'show every platform that is here, each in a row of its own')
    .option('--tree', 'show below each name the platforms of its index: here or not, ID, size')
    .option('--json', 'print a JSON array')
    .addOption(formatOption('{{.Repository}}:{{.Tag}}', { table: true }))
    .option('-q, --quiet', 'print only image IDs')
    .option('--digests', 'show the digest that each name points to')
    .option('--no-trunc', 'print image IDs in full')
    .addOption(
      repeatable(
        '-f, --filter <filter>',
        'reference=PATTERN, where * and ? match anything but a slash; dangling=true (without a tag); before=IMAGE, since=IMAGE; until=TIME (24h, 2026-01-31); label=NAME or label=NAME=VALUE (repeatable)',
      ),
    )
    .addHelpText(
      'after',
      examples(
        ['lading images', 'all of them'],
        ["lading images --filter 'reference=ghcr.io/acme/*'", 'some of them'],
        ['lading images --json --digests', 'for programs'],
        [
          "lading images --format '{{.Repository}}:{{.Tag}}'",
          "for scripts, as with docker; or 'table {{.ID}}\\t{{.Size}}'",
        ],
        ['lading images --tree', 'which platforms are here'],
        ["lading rmi -f $(lading images -q 'old/*')", 'remove these images with all their names'],
      ),
    )
  if (name === 'ls') command.alias('list')
  attach(command, async () => (await import('../actions/images.ts')).images)
  return command
}
