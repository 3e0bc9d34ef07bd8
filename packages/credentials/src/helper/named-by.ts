import { printable } from '@lading/errors'
import { CredentialError, type CredentialErrorCode } from '../credential-error.ts'

/** What is wrong with the name, or with what it stands for, is corrected where the name was written. */
const aboutTheName: ReadonlySet<CredentialErrorCode> = new Set(['HELPER_NAME_INVALID', 'HELPER_MISSING'])

/** The error of a helper with the file that names it. */
export function namedBy(file: string, error: CredentialError): CredentialError {
  const { code, message, facts, hint } = error
  return new CredentialError(code, aboutTheName.has(code) ? `${message}: ${printable(file)} names it` : message, {
    ...facts,
    path: facts.path ?? file,
    hint,
    cause: error,
  })
}
