import type { TransportHeaders } from '../transport.ts'
import { parseHttpDate } from './http-date.ts'

/** In milliseconds: what a 429 asks for that does not say. */
export const defaultPauseMs = 1000

/** The longest that a timer of Node's can wait: 24 days. */
const longestRetryAfterMs = 2 ** 31 - 1

/**
 * `Retry-After` in milliseconds from now (RFC 9110 10.2.3), at most 24 days; `undefined` when absent or no seconds and
 * no date. A date is compared with the server's own `Date`, so that a wrong clock on either side does no harm.
 */
export function retryAfterOf(headers: TransportHeaders, wallClock: number = Date.now()): number | undefined {
  const text = headers.get('retry-after')?.trim()
  if (text === undefined || text === '') return undefined
  if (/^[0-9]+$/.test(text)) return Math.min(Number(text) * 1000, longestRetryAfterMs)
  const at = parseHttpDate(text, wallClock)
  if (at === undefined) return undefined
  const date = headers.get('date')?.trim()
  const now = (date === undefined ? undefined : parseHttpDate(date, wallClock)) ?? wallClock
  return Math.min(Math.max(at - now, 0), longestRetryAfterMs)
}
