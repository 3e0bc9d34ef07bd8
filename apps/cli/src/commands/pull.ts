import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import {
  addRegistryOptions,
  maxInflationRatioOption,
  maxLayerSizeOption,
  platformOption,
  positiveInteger,
  progressOption,
} from './options.ts'

export function pullCommand(attach: Attach): Command {
  const command = new Command('pull')
    .summary('download an image from a registry')
    .description('Download an image from a registry, verify it, and keep it in the store.')
    .argument('<reference>', 'NAME, NAME:TAG or NAME@DIGEST; a bare name means the tag latest')
    .option('-a, --all-tags', 'download every tag of the repository')
    .addOption(platformOption('which image of a multi-platform one'))
    .option('-q, --quiet', 'print only the reference of what was pulled')
    .addOption(progressOption())
    .addOption(
      new Option('--verify <what>', 'full: digests and what layers inflate to; digest: digests only')
        .choices(['full', 'digest'])
        .default('full'),
    )
    .option('--no-resume', 'download from the first byte what an earlier pull has begun')
    .option('--verify-stored', 'read layers that are here already, too, and fetch anew those that are damaged')
    .addOption(
      new Option('--jobs <number>', 'downloads at the same time from one host').argParser(positiveInteger).default(3),
    )
    .addOption(
      new Option('--ranges <number>', 'requests at the same time for one large layer, as far as they make it faster')
        .argParser(positiveInteger)
        .default(1),
    )
    .addOption(maxLayerSizeOption())
    .addOption(maxInflationRatioOption())
    .option('--allow-foreign-urls', 'fetch layers that the registry does not have from the URLs their manifest names')
    .option('--allow-schema1', 'pull images in the format before Docker 1.10 too, whose signatures are then verified')
    .addHelpText(
      'after',
      examples(
        ['lading pull alpine', 'docker.io/library/alpine:latest'],
        ['lading pull ghcr.io/acme/app:1.4 --platform linux/arm64', 'for another machine'],
        ['lading pull localhost:5000/app@sha256:44136fa3…', 'exactly this content'],
        ['lading pull -a quay.io/acme/app', 'every tag'],
        ['lading pull --progress json alpine 2>events.ndjson', 'each event as a line of JSON'],
      ),
    )
  addRegistryOptions(command)
  attach(command, async () => (await import('../actions/pull.ts')).pull)
  return command
}
