import { Command } from 'commander'
import { examples, type Attach } from './define.ts'
import { addRegistryOptions } from './options.ts'

export function deleteCommand(attach: Attach): Command {
  const command = new Command('delete')
    .summary('delete a tag or an image at its registry')
    .description(
      'Delete at a registry: by digest an image with all tags that point to it; by tag the tag, and at some registries the image with it. Nothing in the store is touched.',
    )
    .argument('<reference>', 'NAME:TAG or NAME@DIGEST')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      examples(
        ['lading delete registry.example.com/acme/app:old', 'a tag'],
        ['lading delete --yes registry.example.com/acme/app@sha256:44136fa3…', 'an image, without asking'],
      ),
    )
  addRegistryOptions(command)
  attach(command, async () => (await import('../actions/delete.ts')).deleteRemote)
  return command
}
