import { CommanderError } from 'commander'
import type { CommandContext } from './context.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { createProgram } from './program.ts'

/** Does what the words say and tells what the process should exit with. Errors are reported, never thrown. */
export async function run(argv: readonly string[], context: CommandContext): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok
  try {
    const program = createProgram(argv, context, (code) => (exitCode = code))
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    // Help or the version has been printed.
    return error instanceof CommanderError ? exitCodes.ok : context.report(error)
  }
}
