import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { addRegistryOptions, positiveInteger, progressOption, repeatable, somePath } from './options.ts'

export function pushCommand(attach: Attach): Command {
  const command = new Command('push')
    .summary('upload an image to a registry')
    .description(
      'Upload images of the store to the registries that their names say. What a registry has is not sent, and what it has in another repository is mounted from there.',
    )
    .argument('<reference...>', 'NAME, NAME:TAG or NAME@DIGEST; a bare name means the tag latest')
    .option('-a, --all-tags', 'upload every tag of the repository that is here')
    .addOption(
      repeatable(
        '--platform <platform>',
        'which image of a multi-platform one: os/arch or os/arch/variant; one goes as it is, several as a new index (repeatable)',
      ),
    )
    .option('--only-present', 'where an index is here in part, upload a new index of what is here')
    .option('--include-foreign', 'upload layers that are not to be distributed, too')
    .option('-q, --quiet', 'print only the reference of what was pushed')
    .addOption(progressOption())
    .addOption(new Option('--jobs <number>', 'uploads at the same time').argParser(positiveInteger).default(5))
    .addOption(
      new Option('--digest-file <file>', 'write the digest of what was pushed there; of several, one a line').argParser(
        somePath,
      ),
    )
    .addHelpText(
      'after',
      examples(
        ['lading push registry.example.com/acme/app:1.4', 'after lading tag'],
        ['lading push --platform linux/arm64 registry.example.com/acme/app:1.4', 'one image of several, as it is'],
        ['lading push --only-present registry.example.com/acme/app:1.4', 'those that are here, as a new index'],
        ['lading push -a registry.example.com/acme/app', 'every tag that is here'],
      ),
    )
  addRegistryOptions(command)
  attach(command, async () => (await import('../actions/push.ts')).push)
  return command
}
