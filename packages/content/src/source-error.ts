import { LadingError, nameErrors, type ErrorOptions } from '@lading/errors'

/** A caller's own source of bytes threw: an unreadable file, say. What it threw is the `cause`; the target had no part in it. */
export class SourceError extends LadingError<'SOURCE_FAILED'> {
  constructor(cause: unknown, options: ErrorOptions = {}) {
    super('SOURCE_FAILED', `the blob could not be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      ...options,
      cause,
    })
  }
}

nameErrors(SourceError, 'SourceError')
