import { LadingError, nameErrors } from '@lading/errors'

/** Why a text is no digest this package can work with. */
export type DigestFormatErrorCode =
  | 'DIGEST_INVALID_FORMAT'
  | 'DIGEST_INVALID_LENGTH'
  | 'DIGEST_UNSUPPORTED'
  | 'DIGEST_BLAKE3_UNSUPPORTED'

/** Why bytes are not the ones that were asked for. */
export type DigestMismatchErrorCode = 'SIZE_MISMATCH' | 'DIGEST_MISMATCH'

export type DigestErrorCode = DigestFormatErrorCode | DigestMismatchErrorCode

/** Thrown by every function of this package. `facts.offset` counts UTF-16 units from the start of the digest's text. */
export class DigestError extends LadingError<DigestErrorCode> {}

nameErrors(DigestError, 'DigestError')
