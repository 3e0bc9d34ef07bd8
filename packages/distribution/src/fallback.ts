import { isLadingError } from '@lading/errors'
import type { Endpoint } from '@lading/registry-client'

/** No other endpoint can help: the disk is full, or the caller is at fault. */
const local: ReadonlySet<string> = new Set([
  'NO_SPACE',
  'PERMISSION',
  'NOT_A_DIRECTORY',
  'IO_ERROR',
  'STORE_UNSTABLE',
  'PULLER_CLOSED',
  'TRANSFERS_CLOSED',
])

/** The endpoint did not speak, or not like a registry. */
const unreachable: ReadonlySet<string> = new Set([
  'CONNECTION_REFUSED',
  'CONNECTION_LOST',
  'HOST_UNKNOWN',
  'TLS_REFUSED',
  'TLS_FAILED',
  'TIMEOUT',
  'PROXY_FAILED',
  'BAD_RESPONSE',
  'UNEXPECTED_STATUS',
])

/**
 * May the next endpoint be tried after this error? (pull-behaviour 1.7, the later rule.)
 * A mirror's failures always go on to the upstream; the upstream's own answer is final.
 */
export function continuesAfter(error: unknown, endpoint: Endpoint): boolean {
  if (!isLadingError(error)) return false
  if (local.has(error.code)) return false
  return endpoint.mirror || unreachable.has(error.code)
}
