import type { CommandContext } from '../context.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { assertNotReserved } from './given-reference.ts'

/** Does the same for each term: one that fails is told and hides no other. The first failure makes the exit code. */
export async function eachTerm(
  terms: readonly string[],
  context: CommandContext,
  act: (term: string) => Promise<void>,
): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok
  for (const term of terms) {
    try {
      assertNotReserved(term)
      await act(term)
    } catch (error) {
      if (context.signal.aborted) throw error
      const failed = context.report(error)
      if (code === exitCodes.ok) code = failed
    }
  }
  return code
}
