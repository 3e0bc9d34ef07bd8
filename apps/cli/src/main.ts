import { Interruption } from './cli-error.ts'
import type { CommandContext } from './context.ts'
import { fromEnvironment } from './environment.ts'
import { exitCodeOf } from './exit-code-of.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { isOutputEnded, standardOutput, tolerateFailures } from './process/output.ts'
import { reportError } from './process/report-error.ts'
import { inputFrom } from './process/input.ts'
import { stopOnSignals } from './process/signals.ts'
import { terminalOn } from './process/terminal.ts'
import { run } from './run.ts'

/** Runs one command line and sets the exit code of the process. Never rejects. */
export async function main(argv: readonly string[]): Promise<void> {
  tolerateFailures(process.stderr)
  const output = standardOutput(process.stdout)
  const { signal, setGrace, done } = stopOnSignals()
  const terminal = terminalOn(process.stderr)
  const debug = argv.includes('--debug')

  const report = (error: unknown): ExitCode => {
    if (signal.aborted && signal.reason instanceof Interruption) {
      terminal.write(
        `lading: ${signal.reason.message}${argv.includes('pull') ? '; what has arrived is kept, and the next pull resumes' : ''}\n`,
      )
      return signal.reason.exitCode
    }
    // As in `lading tags … | head -1`; what is more than that, the end tells.
    if (isOutputEnded(error)) return exitCodes.ok
    reportError(error, terminal, { debug })
    return exitCodeOf(error)
  }
  const context: CommandContext = {
    signal,
    setGrace,
    terminal,
    input: inputFrom(() => process.stdin, terminal),
    environment: fromEnvironment(),
    print: output.print,
    output,
    report,
  }
  // Until we know better: a promise that nothing will settle lets Node end the process as if all were well.
  process.exitCode = exitCodes.failure
  const unfinished = (): void => void report(new Error('the process ended before it was done'))
  process.once('beforeExit', unfinished)
  const exitCode = await run(argv, context)
  // What could not be printed is told, whatever else there was to tell, and makes the code where nothing else does.
  const printed = await output.finish().then(() => exitCodes.ok, report)
  process.exitCode = exitCode === exitCodes.ok ? printed : exitCode
  process.off('beforeExit', unfinished)
  done()
}
