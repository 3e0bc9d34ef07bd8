import { isAbsence } from '@lading/content'
import { isLadingError, type LadingError } from '@lading/errors'
import { clientErrorKinds, type ErrorKind } from '@lading/registry-client'

/** What a failure of an upstream is, of the kinds that the client tells apart. */
export const kindOf = (error: LadingError): ErrorKind | undefined =>
  (clientErrorKinds as Readonly<Record<string, ErrorKind>>)[error.code]

const passing: ReadonlySet<ErrorKind | undefined> = new Set(['unreachable', 'exhausted', 'busy', 'interrupted'])

/**
 * Whether what was known before may be served instead: nobody answered, or the answer was 408, 429 or of the server's
 * side. Never where an upstream said no, or that it is not there: then what was known is no longer so.
 */
export function isPassing(error: unknown): boolean {
  if (!isLadingError(error)) return false
  const { status } = error.facts
  if (status !== undefined && status >= 400) return status >= 500 || status === 408 || status === 429
  return passing.has(kindOf(error))
}

/** Whether an upstream said that it is not there. */
export const isMissing = (error: unknown): boolean =>
  isAbsence(error) || (isLadingError(error) && (error.code === 'NOT_FOUND' || error.facts.status === 404))

/** Whether an upstream does not let us have it. */
export const isRefusal = (error: unknown): boolean =>
  isLadingError(error) && (error.facts.status === 401 || error.facts.status === 403 || refusals.has(error.code))

const refusals: ReadonlySet<string> = new Set(['UNAUTHORIZED', 'DENIED', 'TOKEN_FAILED'])
