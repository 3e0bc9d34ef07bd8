import { Command, InvalidArgumentError, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { addRegistryOptions, positiveInteger, progressOption, repeatable, somePath } from './options.ts'

export function copyCommand(attach: Attach): Command {
  const command = new Command('copy')
    .summary('copy an image from one place to another')
    .description(
      'Copy an image between two places: docker://REFERENCE (or a bare reference) at its registry, store:REFERENCE, oci:DIRECTORY[:NAME], oci-archive:FILE[:NAME], docker-archive:FILE[:REFERENCE], dir:DIRECTORY. From registry to registry nothing touches the disk. What the target has is not sent, what another repository of its registry has is mounted from there, and the name is written last.',
    )
    .argument('<source>', 'where it is')
    .argument('<target>', 'where it is to be; the file - of an archive is standard input or output')
    .addOption(
      repeatable(
        '--platform <platform>',
        'which image of a multi-platform one: os/arch or os/arch/variant; one is copied as it is, several as a new index (repeatable)',
      ),
    )
    .option('-a, --all', 'copy an index whole, which is the default')
    .option(
      '--all-tags',
      'copy all that a repository, a layout or an archive has to another one; both are given without tags and names',
    )
    .addOption(
      new Option('--include <pattern>', 'with --all-tags, only tags that this regular expression finds').argParser(
        pattern,
      ),
    )
    .addOption(
      new Option('--exclude <pattern>', 'with --all-tags, no tags that this regular expression finds').argParser(
        pattern,
      ),
    )
    .option('--referrers', 'bring signatures, SBOMs and attestations along, and what refers to these')
    .option('--only-present', 'where an index is there in part, copy a new index of what is there')
    .option('--include-foreign', 'copy layers that are not to be distributed, too')
    .addOption(
      new Option('--format <format>', 'convert manifests and indexes to these media types; digests change').choices([
        'oci',
        'docker',
      ]),
    )
    .addOption(
      new Option('--compression <kind>', 'compress layers anew that are in another one; digests change').choices([
        'gzip',
        'zstd',
      ]),
    )
    .option('--preserve-digests', 'fail when a digest would change')
    .option('--dry-run', 'say what would be sent, mounted and left, and change nothing')
    .addOption(new Option('--jobs <number>', 'blobs at the same time').argParser(positiveInteger).default(5))
    .addOption(
      new Option('--digest-file <file>', 'write the digest of what was copied there; of several, one a line').argParser(
        somePath,
      ),
    )
    .addOption(new Option('--src-creds <user:password>', 'who we are at the source'))
    .addOption(new Option('--dest-creds <user:password>', 'who we are at the target'))
    .addOption(
      new Option('--src-tls-verify <boolean>', 'false: http and unchecked certificates at the source').choices([
        'true',
        'false',
      ]),
    )
    .addOption(
      new Option('--dest-tls-verify <boolean>', 'false: http and unchecked certificates at the target').choices([
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
        ['lading copy oci:build:1.4 registry.example.com/acme/app:1.4', 'what a build has left'],
        ["lading copy --all-tags --include '^1\\.' ghcr.io/acme/app registry.example.com/acme/app", 'some tags'],
        [
          'lading copy --format docker --compression gzip oci:build:1.4 registry.example.com/acme/app:1.4',
          'for old readers',
        ],
        ['lading copy --dry-run alpine registry.example.com/alpine', 'what would be sent'],
      ),
    )
  addRegistryOptions(command)
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
