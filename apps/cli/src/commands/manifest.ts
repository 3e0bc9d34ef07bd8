import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { addNetworkOptions } from './options.ts'

export function manifestCommand(attach: Attach): Command {
  const command = new Command('manifest')
    .summary('print a manifest or index')
    .description(
      'Print the manifest or index that a reference points to at its registry, as indented JSON. The digest is verified; nothing is stored.',
    )
    .argument('<reference>', 'NAME, NAME:TAG or NAME@DIGEST; a bare name means the tag latest')
    .addOption(
      new Option('--raw', 'print the exact bytes, which the digest is computed from').conflicts(['json', 'summary']),
    )
    .addOption(
      new Option('--summary', 'print a summary: subject, config, layers with their titles, platforms').conflicts(
        'json',
      ),
    )
    .option('--json', 'print a JSON object with digest, media type, size and the manifest')
    .addOption(
      new Option(
        '--platform <platform>',
        'print the manifest of the image for this platform, not the index: os/arch or os/arch/variant',
      ),
    )
    .addHelpText(
      'after',
      examples(
        ['lading manifest alpine', 'the index'],
        ['lading manifest alpine --platform linux/arm64', 'one image in it'],
        ['lading manifest --summary ghcr.io/acme/app@sha256:44136fa3…', 'an artifact, in short'],
        ['lading manifest --raw alpine | sha256sum', 'is its digest'],
      ),
    )
  addNetworkOptions(command)
  attach(command, async () => (await import('../actions/manifest.ts')).manifest)
  return command
}
