import { LadingError, printable, nameErrors, type ErrorOptions } from '@lading/errors'

/**
 * - `HOSTS_FILE_INVALID`: a file is no TOML, JSON or PEM, or a member of it is not what it may be
 * - `HOSTS_FILE_UNREADABLE`: it is there and cannot be read
 * - `HOSTS_FILE_TOO_LARGE`: it is larger than any honest one
 * - `REALMS_INVALID`: what earlier logins remembered cannot be read
 */
export type HostsErrorCode = 'HOSTS_FILE_INVALID' | 'HOSTS_FILE_UNREADABLE' | 'HOSTS_FILE_TOO_LARGE' | 'REALMS_INVALID'

/** Something is wrong with a configuration file. `facts.path` is the file. */
export class HostsError extends LadingError<HostsErrorCode> {
  /** Where in the file, from 1, when the parser knows. */
  readonly line: number | undefined

  constructor(
    code: HostsErrorCode,
    message: string,
    options: ErrorOptions & { readonly line?: number | undefined } = {},
  ) {
    const { line, ...rest } = options
    super(code, message, rest)
    this.line = line
  }
}

nameErrors(HostsError, 'HostsError')

/** A table or member of a file, for errors and for whoever asks who said so. */
export interface Place {
  readonly file: string
  readonly rule: string
}

/** Something in a file that is passed over, and that whoever wrote the file should know of. */
export interface HostsWarning extends Place {
  /** One line, safe to print. */
  readonly message: string
}

export const warningOf = ({ file, rule }: Place, what: string): HostsWarning => ({
  file,
  rule,
  message: `${printable(file)}: ${printable(rule, 200)}: ${what}`,
})

export const invalid = ({ file, rule }: Place, why: string, options: { readonly cause?: unknown } = {}): HostsError =>
  new HostsError('HOSTS_FILE_INVALID', `${printable(file)}: ${printable(rule, 200)}: ${why}`, {
    path: file,
    hint: 'correct the file, or set LADING_HOSTS=off to go without the files of this machine',
    ...options,
  })
