import { Command } from 'commander'
import { examples } from './define.ts'
import { networkHelp } from './network-help.ts'

/** `help` of the program or of a group of commands: about what follows, or about the group itself. */
export function helpCommand(group: Command, print: (text: string) => void): Command {
  const isProgram = group.parent === null
  const command = new Command('help')
    .summary('show the help of a command')
    .description(isProgram ? 'Show the help of a command, or of the topic network.' : 'Show the help of a command.')
    .argument('[command...]', isProgram ? 'a command, or: network' : 'a command')
    .addHelpText(
      'after',
      examples(
        ['lading help pull', 'as lading pull --help'],
        ['lading help network', 'mirrors, proxies, time limits, bandwidth'],
      ),
    )
  return command.action(async (words: readonly string[]) => {
    if (isProgram && words.length === 1 && words[0] === 'network') return print(networkHelp(group))
    let at = group
    for (const word of words) {
      const next = at.commands.find((each) => each.name() === word || each.aliases().includes(word))
      // As an unknown command it is an error that suggests one.
      if (next === undefined) return void (await at.parseAsync([word], { from: 'user' }))
      at = next
    }
    at.outputHelp()
  })
}
