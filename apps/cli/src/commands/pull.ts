import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import {
  acceptedOption,
  addNetworkOptions,
  maxInflationRatioOption,
  maxLayerSizeOption,
  platformOption,
  positiveInteger,
  progressOption,
} from './options.ts'

export function pullCommand(attach: Attach): Command {
  const command = new Command('pull')
    .summary('download an image from a registry')
    .description(
      'Download an image from a registry, verify it, and keep it in the store. Layers that are in the store are not downloaded again.',
    )
    .argument('<reference>', 'NAME, NAME:TAG or NAME@DIGEST; a bare name means the tag latest')
    .option('-a, --all-tags', 'download every tag of the repository')
    .addOption(platformOption('which platform of a multi-platform image'))
    .option('-q, --quiet', 'print only the reference of the image; overrides --progress')
    .addOption(progressOption())
    .addOption(
      new Option('--verify <what>', 'full: digests, and what layers decompress to; digest: digests only')
        .choices(['full', 'digest'])
        .default('full'),
    )
    .option('--no-resume', 'start over, and do not continue partial downloads')
    .option('--verify-stored', 'also read the layers that are in the store, and download damaged ones again')
    .addOption(
      new Option(
        '--jobs <number>',
        'number of downloads at the same time from one host (default: 3, or 8 while each is at most 1 MiB)',
      ).argParser(positiveInteger),
    )
    .addOption(
      new Option('--ranges <number>', 'number of requests at the same time for one large layer, if more make it faster')
        .argParser(positiveInteger)
        .default(1),
    )
    .addOption(maxLayerSizeOption())
    .addOption(maxInflationRatioOption())
    .option('--allow-foreign-urls', 'download layers that the registry does not have from the URLs in the manifest')
    .option(
      '--allow-schema1',
      'also pull images in the format used before Docker 1.10, after verifying their signatures',
    )
    .addOption(acceptedOption('--disable-content-trust'))
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
  addNetworkOptions(command)
  attach(command, async () => (await import('../actions/pull.ts')).pull)
  return command
}
