import type { Command } from 'commander'
import type { Action, CommandContext } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { GlobalOptions } from '../command-options.ts'

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
