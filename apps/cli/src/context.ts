import type { Environment } from './environment.ts'
import type { ExitCode } from './exit-codes.ts'
import type { Input } from './process/input.ts'
import type { Output } from './process/output.ts'
import type { Terminal } from './process/terminal.ts'

/** What a command has of the process around it. */
export interface CommandContext {
  /** Fires on the first Ctrl-C, with an `Interruption`. */
  readonly signal: AbortSignal
  /** How long good order may take once `signal` has fired, in milliseconds, for who needs longer than a moment. */
  readonly setGrace: (ms: number) => void
  readonly environment: Environment
  /** A line of the result, to stdout. */
  readonly print: (line: string) => void
  /** Standard output, for bytes. */
  readonly output: Output
  /** Standard error: progress and diagnostics. */
  readonly terminal: Terminal
  readonly input: Input
  /** Tells the user about an error and says what to exit with. Goes on. */
  readonly report: (error: unknown) => ExitCode
}

/** What a command does, in a file that is loaded when it is used. */
export type Action<Arguments, Options> = (
  given: Arguments,
  options: Options,
  context: CommandContext,
) => Promise<ExitCode>
