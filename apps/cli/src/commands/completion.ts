import { Argument, Command } from 'commander'
import { exitCodeMeanings, exitCodes } from '../exit-codes.ts'
import { version } from '../version.ts'
import { examples, type Attach } from './define.ts'
import { addNetworkOptions } from './options.ts'

/** `outline` describes the whole program, which is not whole yet when this command is made. */
export function completionCommand(attach: Attach, program: () => Command): Command {
  const command = new Command('completion')
    .summary('print a completion script for a shell')
    .description('Print a script that completes commands, options, names of images, and paths.')
    .addArgument(new Argument('<shell>', 'your shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      examples(
        ['source <(lading completion bash)', 'in ~/.bashrc'],
        ['source <(lading completion zsh)', 'in ~/.zshrc, after compinit'],
        ['lading completion fish | source', 'in ~/.config/fish/config.fish'],
      ),
    )
  attach<[shell: 'bash' | 'zsh' | 'fish'], object>(command, async () => {
    const { completion } = await import('../actions/completion.ts')
    return ([shell], _options, context) => completion(shell, program(), context)
  })
  return command
}

/** Not for people: what the package's manual is made with. */
export function manCommand(attach: Attach, program: () => Command): Command {
  const command = new Command('__man')
  attach(command, async () => {
    const { manPage } = await import('../man-page.ts')
    return (_given, _options, context) => {
      context.print(
        manPage(program(), {
          version: version(),
          network: addNetworkOptions(new Command('network')),
          exitCodes: exitCodeMeanings,
        }),
      )
      return Promise.resolve(exitCodes.ok)
    }
  })
  return command
}

/** Not for people: what the completion scripts ask for the names of images. */
export function namesCommand(attach: Attach): Command {
  const command = new Command('__names')
  attach(command, async () => (await import('../actions/names.ts')).names)
  return command
}
