import type { CommandContext } from '../context.ts'
import { exitCodeOf } from '../exit-code-of.ts'
import type { ExitCode } from '../exit-codes.ts'
import { jsonLine } from '../text/json-line.ts'
import { errorEvent } from './pull-result.ts'

/** Writes an error as the line that `--progress json` has for it. */
export function writeErrorEvent(error: unknown, context: CommandContext): ExitCode {
  context.terminal.write(`${jsonLine(errorEvent(error))}\n`)
  return exitCodeOf(error)
}

/**
 * How a command ends that failed: whoever reads events reads the error as one of them, or why it was interrupted.
 *
 * @throws the error where nobody reads events
 */
export function endWithError(
  error: unknown,
  { json, context }: { readonly json: boolean; readonly context: CommandContext },
): ExitCode {
  if (!json) throw error
  return writeErrorEvent(context.signal.aborted ? context.signal.reason : error, context)
}
