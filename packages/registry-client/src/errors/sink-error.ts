import { LadingError, nameErrors, type ErrorOptions } from '@lading/errors'

/** The blob's sink threw: a full disk, say. What it threw is the `cause`; the network had no part in it. */
export class SinkError extends LadingError<'SINK_FAILED'> {
  constructor(cause: unknown, options: ErrorOptions = {}) {
    super('SINK_FAILED', `the blob could not be written: ${cause instanceof Error ? cause.message : String(cause)}`, {
      ...options,
      cause,
    })
  }
}

nameErrors(SinkError, 'SinkError')
