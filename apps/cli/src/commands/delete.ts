import { Command } from 'commander'
import { examples, type Attach } from './define.ts'
import { addNetworkOptions } from './options.ts'

export function deleteCommand(attach: Attach): Command {
  const command = new Command('delete')
    .summary('delete a tag or an image at its registry')
    .description(
      'Delete a tag or an image at its registry. A digest deletes the image and every tag that points to it. A tag deletes that tag; some registries delete the image with it. The store is not changed.',
    )
    .argument('<reference>', 'NAME:TAG or NAME@DIGEST')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      examples(
        ['lading delete registry.example.com/acme/app:old', 'a tag'],
        ['lading delete --yes registry.example.com/acme/app@sha256:44136fa3…', 'an image, without asking'],
      ),
    )
  addNetworkOptions(command)
  attach(command, async () => (await import('../actions/delete.ts')).deleteRemote)
  return command
}
