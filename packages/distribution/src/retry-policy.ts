import { isLadingError } from '@lading/errors'
import type { ErrorKind } from '@lading/registry-client'
import { kindOf } from './error-kinds.ts'

/** After these, the same request may well succeed. */
const passing: ReadonlySet<ErrorKind | undefined> = new Set(['unreachable', 'busy', 'interrupted', 'misplaced'])

/** Statuses of a registry or its storage that ask for another try. */
const passingStatus = (status = 0): boolean => status === 408 || status === 425 || status === 429 || status >= 500

/**
 * Is a failed download of a blob worth another attempt? What the registry refuses on purpose, what breaks a promise, and
 * what our own disk refuses is final.
 */
export function retryBlob(error: unknown): false | { readonly afterMs?: number | undefined } {
  if (!isLadingError(error)) return false
  const kind = kindOf(error)
  if (!passing.has(kind) && !(kind === 'unclear' && passingStatus(error.facts.status))) return false
  const { retryAfterMs, asksTooLong } = error as { retryAfterMs?: number | undefined; asksTooLong?: boolean }
  return asksTooLong === true ? false : { afterMs: retryAfterMs }
}

/** The same of an upload that is under way: what is not found then is its session, and the next attempt opens another. */
export function retryUpload(error: unknown): ReturnType<typeof retryBlob> {
  return kindOf(error) === 'absent' ? {} : retryBlob(error)
}

/** The disk's error and not the network's: what a sink threw reaches the caller as it was. */
export function unwrapSinkError(error: unknown): unknown {
  return error instanceof Error && error.name === 'SinkError' && error.cause !== undefined ? error.cause : error
}
