import { LadingError, nameErrors, type ErrorOptions } from '@lading/errors'

/** What went wrong between us and the storage engine. None of these is a registry's doing. */
export type S3ErrorCode =
  /** `s3://…` is not spelt as such a place is. */
  | 'S3_LOCATION_INVALID'
  /** `@aws-sdk/client-s3` is not installed, or is too old. */
  | 'S3_SDK_MISSING'
  /** Too many requests for the engine (503 SlowDown, 429), for longer than we wait. */
  | 'S3_BUSY'
  /** The engine answers that it fails (5xx), for longer than we wait. */
  | 'S3_UNAVAILABLE'
  /** No endpoint takes a connection or keeps it. */
  | 'S3_UNREACHABLE'
  /** A request took longer than it may. */
  | 'S3_TIMEOUT'
  /** This machine's clock and the engine's are too far apart for signatures. */
  | 'S3_CLOCK_SKEW'
  /** No credentials were found. */
  | 'S3_CREDENTIALS_MISSING'
  /** The credentials were good once. */
  | 'S3_CREDENTIALS_EXPIRED'
  /** The engine does not know the key, or the secret is another one. */
  | 'S3_CREDENTIALS_REFUSED'
  /** These credentials may not do this. */
  | 'S3_DENIED'
  /** There is no such bucket. */
  | 'S3_BUCKET_UNKNOWN'
  /** The engine or the bucket does not do what a store rests on: conditions, reading what was written; versions are kept. */
  | 'S3_UNSUITABLE'
  /** Anything else that an engine says. */
  | 'S3_FAILED'

export class S3Error extends LadingError<S3ErrorCode> {
  constructor(code: S3ErrorCode, message: string, options: ErrorOptions = {}) {
    super(code, message, options)
  }
}

nameErrors(S3Error, 'S3Error')
