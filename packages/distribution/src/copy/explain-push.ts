import { isLadingError, type LadingError } from '@lading/errors'
import { familiarName, familiarString, type Reference } from '@lading/reference'
import { CopyError } from './copy-error.ts'

/** The error a user sees: the code of what went wrong, and always the reference. A defect passes unchanged. */
export function explainPush(error: unknown, reference: Reference): unknown {
  if (!isLadingError(error)) return error
  return new CopyError<string>(error.code, sentence(error, reference), {
    ...error.facts,
    reference: String(reference),
    hint: hintFor(error) ?? error.hint,
    cause: error,
  })
}

function sentence(error: LadingError, reference: Reference): string {
  switch (error.code) {
    case 'IMAGE_UNKNOWN':
      return `An image does not exist locally with the tag: ${familiarString(reference)}`
    case 'DENIED':
    case 'UNAUTHORIZED':
      return `push access denied for ${familiarName(reference)}: ${error.message}`
    default:
      return `cannot push ${familiarString(reference)}: ${error.message}`
  }
}

function hintFor(error: LadingError): string | undefined {
  switch (error.code) {
    case 'IMAGE_UNKNOWN':
      return 'lading images lists what is here; lading tag gives it a name at another registry'
    case 'DENIED':
    case 'UNAUTHORIZED':
      return error.facts.host === undefined
        ? undefined
        : `log in as a user who may push there: lading login ${error.facts.host}`
    case 'CONTENT_DAMAGED':
    case 'CONTENT_UNREADABLE':
      return 'lading check shows what is damaged; lading pull --verify-stored downloads it again'
    default:
      return undefined
  }
}
