import { Command } from 'commander'
import { examples, type Attach } from './define.ts'

export function tagCommand(attach: Attach): Command {
  const command = new Command('tag')
    .summary('give an image another name')
    .description('Give an image in the store another name. If the name exists, it moves to this image.')
    .argument('<source>', 'a reference, an image ID, or the start of one')
    .argument('<target>', 'NAME or NAME:TAG; a bare name means the tag latest')
    .addHelpText(
      'after',
      examples(
        ['lading tag alpine:3.20 registry.example.com/base/alpine:3.20', 'another registry'],
        ['lading tag 4bcff63911fc app:stable', 'by the start of an image ID'],
      ),
    )
  attach(command, async () => (await import('../actions/tag.ts')).tag)
  return command
}
