import { isLadingError } from '@lading/errors'
import type { ErrorKind } from '@lading/registry-client'
import type { Retry, RetryClass } from '@lading/transfer'
import { kindOf } from './error-kinds.ts'

/** May the same request succeed a little later? A kind that is missing does not compile. */
const again: Readonly<Record<ErrorKind, boolean | 'by status'>> = {
  unreachable: true,
  busy: true,
  interrupted: true,
  misplaced: true,
  unclear: 'by status',
  caller: false,
  local: false,
  'no-registry': false,
  exhausted: true,
  refused: false,
  absent: false,
  wrong: false,
  unusable: false,
}

/** Statuses of a registry or its storage that ask for another try. */
const passingStatus = (status = 0): boolean => status === 408 || status === 425 || status === 429 || status >= 500

/**
 * Is a failed download of a blob worth another attempt? What the registry refuses on purpose, what breaks a promise, and
 * what our own disk refuses is final.
 */
export function retryBlob(error: unknown): false | { readonly afterMs?: number | undefined } {
  if (!isLadingError(error)) return false
  const kind = kindOf(error)
  const worth = kind === undefined ? false : again[kind]
  if (!(worth === 'by status' ? passingStatus(error.facts.status) : worth)) return false
  const { retryAfterMs, asksTooLong } = error as { retryAfterMs?: number | undefined; asksTooLong?: boolean }
  return asksTooLong === true ? false : { afterMs: retryAfterMs }
}

/** The same of an upload that is under way: what is not found then is its session, and the next attempt opens another. */
export function retryUpload(error: unknown): false | Retry {
  // The client halves its requests each time, and says otherwise when they can be no smaller.
  if (isLadingError(error, 'UPLOAD_FAILED') && error.facts.status === 413) return { class: 'smaller' }
  return kindOf(error) === 'absent' ? {} : retryBlob(error)
}

/** How transfers repeat what `retryUpload` gives a class. */
export const uploadRetries: Readonly<Record<'smaller', RetryClass>> = {
  smaller: { attempts: Number.POSITIVE_INFINITY, backoff: { baseMs: 1, maxMs: 1 } },
}

/** The disk's error and not the network's: what a sink threw reaches the caller as it was. */
export function unwrapSinkError(error: unknown): unknown {
  return error instanceof Error && error.name === 'SinkError' && error.cause !== undefined ? error.cause : error
}
