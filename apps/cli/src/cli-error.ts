import { LadingError, type ErrorOptions } from '@lading/errors'

export type CliErrorCode =
  /** An option or argument is not what the command takes. */
  | 'USAGE'
  /** What earlier logins remembered cannot be read. */
  | 'REALMS_INVALID'

export class CliError extends LadingError<CliErrorCode> {
  constructor(code: CliErrorCode, message: string, options: ErrorOptions = {}) {
    super(code, message, options)
  }
}

Object.defineProperty(CliError.prototype, 'name', { value: 'CliError', configurable: true, writable: true })

/** Why everything stops: a signal. Not an error of ours, so that nothing on its way up dresses it as one. */
export class Interruption extends Error {
  readonly exitCode: 129 | 130 | 143

  constructor(exitCode: 129 | 130 | 143) {
    super(exitCode === 130 ? 'interrupted' : exitCode === 143 ? 'terminated' : 'the terminal is gone')
    this.exitCode = exitCode
  }
}
