import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { addNetworkOptions } from './options.ts'

export function referrersCommand(attach: Attach): Command {
  const command = new Command('referrers')
    .summary('list what refers to an image: signatures, SBOMs and the like')
    .description(
      'List the manifests that have this one as their subject: signatures, SBOMs and the like. Where a registry has no referrers API, the fallback tag is read.',
    )
    .argument('<reference>', 'NAME, NAME:TAG or NAME@DIGEST; a bare name means the tag latest')
    .option('--artifact-type <type>', 'only referrers of this artifact type')
    .addOption(
      new Option(
        '--platform <platform>',
        'list referrers of the image for this platform, not of the index: os/arch or os/arch/variant',
      ),
    )
    .option('-q, --quiet', 'print only digests; with --json as an array')
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      examples(
        ['lading referrers ghcr.io/acme/app:1.4', 'all of them'],
        ['lading referrers --artifact-type application/spdx+json ghcr.io/acme/app:1.4', 'SBOMs alone'],
        ['lading manifest --summary ghcr.io/acme/app@sha256:44136fa3…', 'show one of them'],
      ),
    )
  addNetworkOptions(command)
  attach(command, async () => (await import('../actions/referrers.ts')).referrers)
  return command
}
