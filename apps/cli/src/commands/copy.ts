import { Command, InvalidArgumentError, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { addNetworkOptions, positiveInteger, progressOption, repeatable, somePath } from './options.ts'

export function copyCommand(attach: Attach): Command {
  const command = new Command('copy')
    .summary('copy an image from one place to another')
    .description(
      'Copy an image between two places: docker://REFERENCE (or a bare reference) at its registry, store:REFERENCE, oci:DIRECTORY[:NAME], oci-archive:FILE[:NAME], docker-archive:FILE[:REFERENCE], dir:DIRECTORY. Blobs that the target has are not sent, blobs that another repository of its registry has are mounted from there, and the tag is written last. Between two registries nothing is written to disk.',
    )
    .argument('<source>', 'the image to copy')
    .argument('<target>', 'where to copy it to; an archive file called - is standard input or output')
    .addOption(
      repeatable(
        '--platform <platform>',
        'which platform of a multi-platform image: os/arch or os/arch/variant; one is copied as it is, several as a new index (repeatable)',
      ),
    )
    .option('-a, --all', 'copy all platforms of an index, which is the default')
    .option(
      '--all-tags',
      'copy every tag of a repository, a layout or an archive; write both places without tags and names',
    )
    .addOption(
      new Option('--include <pattern>', 'with --all-tags: only tags that match this regular expression').argParser(
        pattern,
      ),
    )
    .addOption(
      new Option('--exclude <pattern>', 'with --all-tags: skip tags that match this regular expression').argParser(
        pattern,
      ),
    )
    .option('--referrers', 'also copy signatures, SBOMs and attestations, and what refers to those')
    .option('--only-present', 'if only some platforms of an index are at the source, copy them as a new index')
    .option('--include-foreign', 'also copy foreign (non-distributable) layers')
    .addOption(
      new Option('--format <format>', 'convert manifests and indexes to these media types; digests change').choices([
        'oci',
        'docker',
      ]),
    )
    .addOption(
      new Option('--compression <kind>', 'recompress layers that use another compression; digests change').choices([
        'gzip',
        'zstd',
      ]),
    )
    .option('--preserve-digests', 'fail when a digest would change')
    .option('--dry-run', 'show what would be sent, mounted and skipped; change nothing')
    .addOption(
      new Option('--jobs <number>', 'number of blobs that are copied at the same time')
        .argParser(positiveInteger)
        .default(5),
    )
    .addOption(
      new Option(
        '--digest-file <file>',
        'write the digest of the copy to this file; of several, one per line',
      ).argParser(somePath),
    )
    .addOption(new Option('--src-creds <user:password>', 'credentials for the source registry'))
    .addOption(new Option('--dest-creds <user:password>', 'credentials for the target registry'))
    .addOption(
      new Option('--src-tls-verify <boolean>', 'false: allow http and unverified certificates at the source').choices([
        'true',
        'false',
      ]),
    )
    .addOption(
      new Option('--dest-tls-verify <boolean>', 'false: allow http and unverified certificates at the target').choices([
        'true',
        'false',
      ]),
    )
    .option('-q, --quiet', 'print only what was copied')
    .addOption(progressOption())
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      examples(
        ['lading copy alpine:3.20 registry.example.com/base/alpine:3.20', 'from registry to registry'],
        ['lading copy ghcr.io/acme/app:1.4 oci-archive:app.tar', 'into a file'],
        ['lading copy oci:build:1.4 registry.example.com/acme/app:1.4', 'the result of a build'],
        ["lading copy --all-tags --include '^1\\.' ghcr.io/acme/app registry.example.com/acme/app", 'some tags'],
        [
          'lading copy --format docker --compression gzip oci:build:1.4 registry.example.com/acme/app:1.4',
          'for old clients',
        ],
        ['lading copy --dry-run alpine registry.example.com/alpine', 'what would be sent'],
      ),
    )
  addNetworkOptions(command)
  attach(command, async () => (await import('../actions/copy.ts')).copy)
  return command
}

function pattern(value: string): RegExp {
  try {
    return new RegExp(value, 'v')
  } catch {
    throw new InvalidArgumentError('It must be a regular expression.')
  }
}
