import type { Command, CommanderError } from 'commander'
import { CliError } from '../cli-error.ts'

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
