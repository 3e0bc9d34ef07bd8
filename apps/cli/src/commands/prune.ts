import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { parseAge, parseSize, repeatable } from './options.ts'

/** @param options.docker its group there: what docker takes besides is taken */
export function pruneCommand(attach: Attach, { docker }: { readonly docker?: 'image' | 'system' } = {}): Command {
  const command = new Command('prune')
    .summary('remove content that no image needs')
    .description(
      'Remove what no image needs: images without a tag (<none>), content left by failed pulls, partial downloads older than 7 days, damaged files that were replaced, and trash. Images with a tag are removed only with --filter or --max-size. It does not ask for confirmation.',
    )
    .addOption(
      repeatable(
        '--filter <filter>',
        'also remove tagged images that match: reference=PATTERN, or until=TIME for images created before that time: 24h, 7d, 2026-01-31, 2026-01-31T12:00:00Z; label=NAME[=VALUE], label!=NAME[=VALUE]; dangling=true for no tagged image, dangling=false for all that match the other filters (repeatable: one of the references and all of the others must match)',
      ),
    )
    .addOption(
      new Option(
        '--max-size <size>',
        'remove images, those pulled longest ago first, until the rest takes no more than this: 500M, 20G; with --filter, only images that match',
      ).argParser(parseSize),
    )
    .addOption(
      new Option(
        '--min-age <time>',
        'keep content without a name that is younger than this: 30m, 1h, 7d, or 0 (default: 10m)',
      ).argParser(parseAge),
    )
    .option(
      '-a, --all',
      'images with a tag too, all of them or those that fit --filter; without a filter it wants --force',
    )
    .option('--dry-run', 'show what would be removed, and remove nothing')
    .option('--json', 'print a JSON object')
    // docker asks without it.
    .option('-f, --force', 'accepted as docker accepts it; there is no confirmation')
    .addHelpText(
      'after',
      examples(
        ['lading prune', 'remove what no image needs'],
        ['lading prune --dry-run', 'show what would be removed'],
        ['lading prune --max-size 20G', 'and the oldest images, until 20 GiB are left'],
        ["lading prune --filter 'reference=ghcr.io/acme/*' --filter until=720h", 'and old images of one owner'],
      ),
    )
  if (docker === 'system') command.option('--volumes', 'accepted, as with docker: there are none')
  attach(command, async () => (await import('../actions/prune.ts')).prune)
  return command
}
