import type { CommandContext } from '../context.ts'
import { exitCodeOf } from '../exit-code-of.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { jsonLine } from '../text/json-line.ts'
import { errorEvent } from './pull-result.ts'

/** Tells each of several failures, as an event to who reads events. The exit code is theirs where all have the same. */
export function tellFailures(
  failures: readonly unknown[],
  { json, context }: { readonly json: boolean; readonly context: CommandContext },
): ExitCode {
  const codes = failures.map((error) => {
    if (!json) return context.report(error)
    context.terminal.write(`${jsonLine(errorEvent(error))}\n`)
    return exitCodeOf(error)
  })
  const [first = exitCodes.ok] = codes
  return codes.every((code) => code === first) ? first : exitCodes.failure
}
