import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { acceptedOption, addNetworkOptions, positiveInteger, progressOption, repeatable, somePath } from './options.ts'

export function pushCommand(attach: Attach): Command {
  const command = new Command('push')
    .summary('upload an image to a registry')
    .description(
      'Upload images to the registries in their names. Layers that the registry has are not sent; layers that it has in another repository are mounted from there.',
    )
    .argument('<reference...>', 'NAME, NAME:TAG or NAME@DIGEST; a bare name means the tag latest')
    .option('-a, --all-tags', 'upload every tag of the repository that is in the store')
    .addOption(
      repeatable(
        '--platform <platform>',
        'which platform of a multi-platform image: os/arch or os/arch/variant; one is pushed as it is, several as a new index (repeatable)',
      ),
    )
    .option('--only-present', 'if only some platforms of an index are in the store, upload them as a new index')
    .option('--include-foreign', 'also upload foreign (non-distributable) layers')
    .option('-q, --quiet', 'print only the reference of the image; overrides --progress')
    .addOption(progressOption())
    .addOption(
      new Option('--jobs <number>', 'number of uploads at the same time').argParser(positiveInteger).default(5),
    )
    .addOption(
      new Option(
        '--digest-file <file>',
        'write the digest of the image to this file; of several, one per line',
      ).argParser(somePath),
    )
    .addOption(acceptedOption('--disable-content-trust'))
    .addHelpText(
      'after',
      examples(
        ['lading push registry.example.com/acme/app:1.4', 'after lading tag'],
        ['lading push --platform linux/arm64 registry.example.com/acme/app:1.4', 'one platform, as it is'],
        ['lading push --only-present registry.example.com/acme/app:1.4', 'the platforms in the store, as a new index'],
        ['lading push -a registry.example.com/acme/app', 'every tag in the store'],
      ),
    )
  addNetworkOptions(command)
  attach(command, async () => (await import('../actions/push.ts')).push)
  return command
}
