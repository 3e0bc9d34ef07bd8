import { LadingError, nameErrors, type ErrorOptions } from '@lading/errors'

/** Codes of a copy's own failures. Failures of the parts below keep the code they were thrown with. */
export type CopyErrorCode =
  /** Of an index some children, or what they name, are not at the source. `facts.missing` has their digests. */
  | 'INDEX_INCOMPLETE'
  /** The index has no image for a platform that was asked for. */
  | 'PLATFORM_UNAVAILABLE'
  /** Docker schema 1 is not copied as it is. */
  | 'SCHEMA1_NOT_COPIED'
  /** What was asked for changes digests, and they were to be preserved. */
  | 'DIGESTS_WOULD_CHANGE'
  /** More refers to it than is brought along. */
  | 'REFERRERS_TOO_MANY'
  /** What was delivered was removed at the target again and again. */
  | 'TARGET_UNSTABLE'

export class CopyError<Code extends string = CopyErrorCode> extends LadingError<Code> {
  constructor(code: Code, message: string, options: ErrorOptions = {}) {
    super(code, message, options)
  }
}

nameErrors(CopyError, 'CopyError')
