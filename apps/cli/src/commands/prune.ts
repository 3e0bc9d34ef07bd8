import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { parseAge, parseSize, repeatable } from './options.ts'

/** @param options.docker its group there: what docker takes besides is taken */
export function pruneCommand(attach: Attach, { docker }: { readonly docker?: 'image' | 'system' } = {}): Command {
  const command = new Command('prune')
    .summary('free what no image needs')
    .description(
      'Free what no image needs: images without a tag (<none>), content that pulls left which did not end well, partial downloads of over 7 days, damaged files that were replaced, trash. Images with a tag go only by --filter or --max-size. It never asks.',
    )
    .addOption(
      repeatable(
        '--filter <filter>',
        'also images with a tag that fit: reference=PATTERN, or until=TIME for those that were made before it: 24h, 7d, 2026-01-31, 2026-01-31T12:00:00Z (repeatable: one of each kind must fit)',
      ),
    )
    .addOption(
      new Option(
        '--max-size <size>',
        'remove images, the oldest pulled first, until those that stay take no more: 500M, 20G; with --filter only such that fit',
      ).argParser(parseSize),
    )
    .addOption(
      new Option(
        '--min-age <time>',
        'keep content without a name that is younger: 30m, 1h, 7d, or 0 for none (default: 10m)',
      ).argParser(parseAge),
    )
    .option(
      '-a, --all',
      'images with a tag too, all of them or those that fit --filter; without a filter it wants --force',
    )
    .option('--dry-run', 'show what would be removed, and remove nothing')
    .option('--json', 'print a JSON object')
    // docker asks without it.
    .option('-f, --force', 'accepted, as with docker: nothing is asked')
    .addHelpText(
      'after',
      examples(
        ['lading prune', 'free what no image needs'],
        ['lading prune --dry-run', 'what would that be?'],
        ['lading prune --max-size 20G', 'and the oldest images, until 20 GiB are left'],
        ["lading prune --filter 'reference=ghcr.io/acme/*' --filter until=720h", 'and old images of one owner'],
      ),
    )
  if (docker === 'system') command.option('--volumes', 'accepted, as with docker: there are none')
  attach(command, async () => (await import('../actions/prune.ts')).prune)
  return command
}
