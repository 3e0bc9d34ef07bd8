import { LadingError, nameErrors } from '@lading/errors'

/**
 * - `HTPASSWD_INVALID`: a line of the file is none, or no bcrypt.
 * - `HTPASSWD_UNREADABLE`: the file of passwords cannot be read.
 * - `CERTIFICATE_UNREADABLE`: a certificate or its key cannot be read.
 * - `CERTIFICATE_INVALID`: they are no pair, or not in PEM.
 * - `ADDRESS_INVALID`: this is no address to listen at.
 * - `ADDRESS_IN_USE`: somebody else listens there.
 * - `LISTEN_FAILED`: the system does not let us listen there.
 */
export type FrontErrorCode =
  | 'HTPASSWD_INVALID'
  | 'HTPASSWD_UNREADABLE'
  | 'CERTIFICATE_UNREADABLE'
  | 'CERTIFICATE_INVALID'
  | 'ADDRESS_INVALID'
  | 'ADDRESS_IN_USE'
  | 'LISTEN_FAILED'

/** What stands in the way of a listener. */
export class FrontError extends LadingError<FrontErrorCode> {}

nameErrors(FrontError, 'FrontError')
