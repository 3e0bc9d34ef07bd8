import type { Command, CommanderError } from 'commander'
import { CliError } from '../cli-error.ts'
import type { GlobalOptions } from '../command-options.ts'
import type { Action, CommandContext } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'

/** How a command's definition finds its action: loaded when it is used, and not before. */
export type Attach = <Given extends unknown[], Options>(
  command: Command,
  load: () => Promise<Action<Given, Options & GlobalOptions>>,
) => void

export function createAttach(context: CommandContext, finish: (code: ExitCode) => void): Attach {
  return (command, load) => {
    command.action(async (...all: unknown[]) => {
      // Commander hands over the arguments, then the options, then the command.
      const given = all.slice(0, -2)
      const act = await load()
      finish(await act(given as Parameters<typeof act>[0], command.optsWithGlobals(), context))
    })
  }
}

/** Makes the command print through `print`, and throw for what it does not understand: a `CliError` that points to its help. */
export function throwUsageErrors(command: Command, print: (line: string) => void): void {
  command.configureOutput({
    outputError: () => undefined,
    writeOut: (text) => print(text.replace(/\n$/, '')),
    // Help for want of a command is an answer to a question, not an error.
    writeErr: (text) => print(text.replace(/\n$/, '')),
  })
  command.exitOverride((error) => {
    throw error.exitCode === 0 || error.code === 'commander.help' ? error : usageError(error, command)
  })
}

function usageError(error: CommanderError, command: Command): CliError {
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n')
  const help = `see '${pathOf(command)} --help'`
  return new CliError('USAGE', message, {
    hint: suggestion === undefined ? help : `${suggestion.replace(/^\((.*)\)$/, '$1')} Otherwise ${help}`,
  })
}

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`

/** The end of a help text. What an example means stands beside it, or below it where that is too wide for the screen. */
export function examples(
  ...lines: readonly (readonly [command: string, meaning: string])[]
): (context: { readonly command: Command }) => string {
  return ({ command: shown }) => {
    const columns = shown.configureOutput().getOutHelpWidth?.() ?? 80
    const width = Math.max(...lines.map(([command]) => command.length))
    const isWide = lines.some(([, meaning]) => 4 + width + 4 + meaning.length > columns)
    const text = ([command, meaning]: readonly [string, string]): string =>
      isWide ? `  $ ${command}\n      # ${meaning}` : `  $ ${command.padEnd(width)}  # ${meaning}`
    return `\nExamples:\n${lines.map(text).join('\n')}`
  }
}
