import { isLadingError } from '@lading/errors'

/** Errors of a blob's download after which the same request may well succeed. */
const transient: ReadonlySet<string> = new Set([
  'CONNECTION_LOST',
  'CONNECTION_REFUSED',
  'HOST_UNKNOWN',
  'TIMEOUT',
  'SHORT_BODY',
  'RANGE_INVALID',
  'TOO_MANY_REQUESTS',
  'REDIRECT_EXPIRED',
])

/** Statuses of a registry or its storage that ask for another try. */
const transientStatus = (status: number): boolean => status === 408 || status === 425 || status === 429 || status >= 500

/**
 * Is a failed download of a blob worth another attempt? (design, "Settled": retries.)
 * What the registry refuses on purpose, what breaks a promise, and what our own disk refuses is final.
 */
export function retryBlob(error: unknown): false | { readonly afterMs?: number | undefined } {
  if (!isLadingError(error)) return false
  const { status } = error.facts
  const again =
    transient.has(error.code) ||
    (error.code === 'UNEXPECTED_STATUS' && status !== undefined && transientStatus(status)) ||
    error.code === 'UNAVAILABLE'
  if (!again) return false
  const { retryAfterMs } = error as { retryAfterMs?: number | undefined }
  return { afterMs: retryAfterMs }
}

/** The disk's error and not the network's: what a sink threw reaches the caller as it was. */
export function unwrapSinkError(error: unknown): unknown {
  return error instanceof Error && error.name === 'SinkError' && error.cause !== undefined ? error.cause : error
}
