import type { CommandContext } from '../context.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { writeErrorEvent } from './error-as-event.ts'

/** Tells each of several failures, as an event to who reads events. The exit code is theirs where all have the same. */
export function tellFailures(
  failures: readonly unknown[],
  { json, context }: { readonly json: boolean; readonly context: CommandContext },
): ExitCode {
  const codes = failures.map((error) => (json ? writeErrorEvent(error, context) : context.report(error)))
  const [first = exitCodes.ok] = codes
  return codes.every((code) => code === first) ? first : exitCodes.failure
}
