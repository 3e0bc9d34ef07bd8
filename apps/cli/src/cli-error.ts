import { LadingError, nameErrors, type ErrorOptions } from '@lading/errors'

export type CliErrorCode =
  /** An option or argument is not what the command takes. */
  | 'USAGE'
  /** The registry does not say how large a blob is. */
  | 'SIZE_UNKNOWN'
  /** Standard output takes nothing more: its disk is full, say. */
  | 'OUTPUT_FAILED'
  /** `scratch`, which names no image. */
  | 'REFERENCE_RESERVED'
  /** What is to be unpinned is not pinned. */
  | 'NOT_PINNED'
  /** An artifact's config, which may be anything. */
  | 'CONFIG_NOT_JSON'

export class CliError extends LadingError<CliErrorCode> {
  constructor(code: CliErrorCode, message: string, options: ErrorOptions = {}) {
    super(code, message, options)
  }
}

nameErrors(CliError, 'CliError')

/** Why everything stops: a signal. Not an error of ours, so that nothing on its way up dresses it as one. */
export class Interruption extends Error {
  readonly exitCode: 129 | 130 | 143

  constructor(exitCode: 129 | 130 | 143) {
    super(exitCode === 130 ? 'interrupted' : exitCode === 143 ? 'terminated' : 'the terminal was closed')
    this.exitCode = exitCode
  }
}
