import { LadingError, nameErrors, type ErrorOptions } from '@lading/errors'

export type CredentialErrorCode =
  /** A file or a variable does not hold what it should. */
  | 'CREDENTIALS_INVALID'
  | 'CREDENTIALS_TOO_LARGE'
  | 'CREDENTIALS_UNREADABLE'
  | 'CREDENTIALS_NOT_WRITTEN'
  /** Somebody else writes the file and does not end. */
  | 'CREDENTIALS_LOCKED'
  | 'HELPER_NAME_INVALID'
  | 'HELPER_MISSING'
  | 'HELPER_FAILED'
  | 'HELPER_TIMEOUT'
  | 'HELPER_ANSWER_INVALID'
  /** A cloud that the environment has keys for gives no token. */
  | 'CLOUD_REFUSED'
  | 'CLOUD_UNREACHABLE'
  /** A host that is none. */
  | 'CREDENTIAL_HOST_INVALID'

/** No message of it, and none of its facts, holds a secret. */
export class CredentialError extends LadingError<CredentialErrorCode> {
  constructor(code: CredentialErrorCode, message: string, options: ErrorOptions = {}) {
    super(code, message, options)
  }
}

nameErrors(CredentialError, 'CredentialError')
