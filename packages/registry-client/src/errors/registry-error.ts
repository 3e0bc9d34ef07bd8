import { LadingError, nameErrors, type ErrorOptions } from '@lading/errors'

/**
 * What a registry said, or what was wrong with what it said. The first group are the registry's own words
 * (distribution-spec, "Error Codes"); `TOOMANYREQUESTS` is spelt `TOO_MANY_REQUESTS`.
 */
export type RegistryErrorCode =
  | 'UNAUTHORIZED'
  | 'DENIED'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_UNKNOWN'
  | 'BLOB_UNKNOWN'
  | 'TOO_MANY_REQUESTS'
  | 'UNSUPPORTED'
  | 'UNAVAILABLE'
  | 'NAME_INVALID'
  | 'TAG_INVALID'
  | 'DIGEST_INVALID'
  | 'MANIFEST_INVALID'
  | 'RANGE_INVALID'
  | 'UPLOAD_UNKNOWN'
  | 'UPLOAD_INVALID'
  | 'SIZE_INVALID'
  | 'NOT_FOUND'
  | 'UNEXPECTED_STATUS'
  // What its answer was worth.
  | 'BAD_RESPONSE'
  | 'DIGEST_MISMATCH'
  | 'SIZE_MISMATCH'
  | 'SHORT_BODY'
  | 'UPLOAD_FAILED'
  | 'REFERRERS_INVALID'
  | 'REFERRERS_CONFLICT'
  | 'LIST_CHANGED'
  | 'TOO_LARGE'
  | 'CONTENT_CODING'
  | 'TOKEN_FAILED'
  // Where it wanted to send us.
  | 'ORIGIN_REFUSED'
  | 'REDIRECT_LOOP'
  | 'REDIRECT_EXPIRED'
  // What configuration says.
  | 'HOST_BLOCKED'
  // It leaves nobody who may be asked for this.
  | 'NO_ENDPOINT'
  // It failed a moment ago, and is not asked again yet.
  | 'MIRROR_SKIPPED'
  // What we were asked to do.
  | 'TARGET_INVALID'
  | 'OPTION_INVALID'
  | 'CLIENT_CLOSED'

/** One entry of a registry's `errors` list, safe to print. */
export interface ReportedError {
  readonly code: string
  readonly message: string
}

export interface RegistryErrorOptions extends ErrorOptions {
  /** `docker.io/library/alpine`. */
  readonly repository?: string | undefined
  readonly reported?: readonly ReportedError[] | undefined
  readonly retryAfterMs?: number | undefined
  readonly asksTooLong?: boolean | undefined
}

export class RegistryError extends LadingError<RegistryErrorCode> {
  readonly repository: string | undefined
  /** The registry's own `errors`, in its order, safe to print. */
  readonly reported: readonly ReportedError[]
  /** The registry's `Retry-After` in milliseconds, at most 24 days. */
  readonly retryAfterMs: number | undefined
  /** It asks for a longer wait than the request may take, or than is left of that: another attempt is no use. */
  readonly asksTooLong: boolean

  constructor(code: RegistryErrorCode, message: string, options: RegistryErrorOptions = {}) {
    const { repository, reported = [], retryAfterMs, asksTooLong = false, ...rest } = options
    super(code, message, { ...rest, reference: rest.reference ?? repository })
    this.repository = repository
    this.reported = reported
    this.retryAfterMs = retryAfterMs
    this.asksTooLong = asksTooLong
  }
}

nameErrors(RegistryError, 'RegistryError')
