import { isLadingError, type LadingError } from '@lading/errors'
import { familiarName, familiarString, type Reference } from '@lading/reference'
import { PullError } from './pull-error.ts'

/** The code of any error; `UNKNOWN` for what is not ours. */
export const codeOf = (error: unknown): string => (isLadingError(error) ? error.code : 'UNKNOWN')

/**
 * The error a user sees: the code of what went wrong, docker's words where docker has words for it, and always the
 * reference. What is not an error of ours is a defect and passes unchanged.
 */
export function explain(error: unknown, reference: Reference): unknown {
  if (!isLadingError(error)) return error
  if (error instanceof PullError && error.facts.reference !== undefined) return error
  return new PullError(error.code, sentence(error, reference), {
    ...error.facts,
    reference: String(reference),
    hint: hintFor(error, reference) ?? error.hint,
    cause: error,
  })
}

function sentence(error: LadingError, reference: Reference): string {
  switch (error.code) {
    case 'DENIED':
    case 'UNAUTHORIZED':
      return `pull access denied for ${familiarName(reference)}, repository does not exist or may require a login: ${error.message}`
    case 'MANIFEST_UNKNOWN':
      return `manifest for ${familiarString(reference)} not found: ${error.message}`
    case 'NAME_UNKNOWN':
      return `repository ${familiarName(reference)} not found: ${error.message}`
    default:
      return `cannot pull ${familiarString(reference)}: ${error.message}`
  }
}

function hintFor(error: LadingError, reference: Reference): string | undefined {
  switch (error.code) {
    case 'MANIFEST_UNKNOWN':
      return reference.digest === undefined
        ? 'check the spelling of the tag'
        : 'check the digest; it may have been deleted from the registry'
    case 'NAME_UNKNOWN':
      return 'check the spelling of the repository and its host'
    default:
      return undefined
  }
}
