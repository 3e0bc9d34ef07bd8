import { LadingError, nameErrors, type ErrorOptions } from '@lading/errors'

/**
 * What a client is told. All but the last are the words of the distribution-spec ("Error Codes") and of Docker's registry;
 * `UNAVAILABLE` and `UNKNOWN` are its words for an upstream that cannot be asked, and for what went wrong here.
 */
export type ServeErrorCode =
  | 'BLOB_UNKNOWN'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_UNKNOWN'
  | 'NAME_INVALID'
  | 'TAG_INVALID'
  | 'DIGEST_INVALID'
  | 'RANGE_INVALID'
  | 'PAGINATION_NUMBER_INVALID'
  | 'UNSUPPORTED'
  | 'DENIED'
  | 'TOOMANYREQUESTS'
  | 'UNAVAILABLE'
  | 'UNKNOWN'

export interface ServeErrorOptions extends ErrorOptions {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Nothing more is read from this connection. */
  readonly closes?: boolean | undefined
}

/** A request that is answered with an error. `facts.status` is the answer's. */
export class ServeError extends LadingError<ServeErrorCode> {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly closes: boolean

  constructor(code: ServeErrorCode, message: string, options: ServeErrorOptions) {
    const { headers = {}, closes = false, ...rest } = options
    super(code, message, rest)
    this.status = options.status
    this.headers = headers
    this.closes = closes
  }
}

nameErrors(ServeError, 'ServeError')
