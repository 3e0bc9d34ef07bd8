import { isLadingError } from '@lading/errors'
import { publicUrl } from '../client-event.ts'
import { clientErrorKinds } from '../errors/error-kinds.ts'
import { RegistryError } from '../errors/registry-error.ts'
import { defaultPauseMs } from '../headers/retry-after.ts'
import { TransportError } from '../errors/transport-error.ts'
import type { Allowance } from '../wire/allowance.ts'
import type { Wire } from '../wire/wire.ts'
import { adding } from '../wire/wire-request.ts'
import { inTime } from './in-time.ts'

/** Upper bounds of the waits before the second to the fifth attempt; the wait itself is drawn below the bound (full jitter). */
const bounds: readonly number[] = [250, 500, 1000, 2000]
const passing: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])
/** Does the status ask for another try? */
export const mayPassLater = (status: number): boolean => passing.has(status)
/** Errors that were repeated as often as they deserve, by a request inside the request. */
const spent = new WeakSet<Error>()

export interface RepeatOptions {
  readonly signal?: AbortSignal | undefined
  /** A 5xx is not asked for again: another request follows, which is repeated. */
  readonly untilServerError?: boolean | undefined
}

/**
 * Runs a small request up to five times. Repeated is what may pass: a lost connection, a timeout, 408, 425, 429, 5xx, an
 * expired redirect. A refused connection, an unknown host and a TLS error are left to the next endpoint at once. All waits
 * that the registry asks for come out of one time, and one that is longer than what is left of it ends the request at once.
 *
 * @param once what is given asks within that time
 */
export async function repeat<T>(
  wire: Wire,
  url: URL,
  once: (wire: Wire) => Promise<T>,
  { signal, untilServerError = false }: RepeatOptions = {},
): Promise<T> {
  let waitedMs = 0
  for (let attempt = 1; ; attempt++) {
    const allowance = wire.newAllowance(waitedMs)
    const within = allowing(wire, allowance)
    try {
      return await once(within)
    } catch (error) {
      signal?.throwIfAborted()
      const afterMs = untilServerError && isServerError(error) ? undefined : waitAfter(wire, error, attempt)
      if (afterMs === undefined) throw error
      const asked = askedBy(error)
      if (asked > 0 && afterMs > allowance.leftMs) throw tooLate(error, within)
      waitedMs += allowance.waitedMs + (asked > 0 ? afterMs : 0)
      wire.emit({
        type: 'retry',
        url: publicUrl(url),
        attempt,
        afterMs,
        code: isLadingError(error) ? error.code : 'UNKNOWN',
        ...(isLadingError(error) && error.facts.status !== undefined ? { status: error.facts.status } : {}),
      })
      await wire.clock.sleep(afterMs, { signal })
    }
  }
}

/** What is asked there is asked within this time, unless it is a request of its own on the way. */
const allowing = (wire: Wire, allowance: Allowance): Wire => ({
  ...wire,
  allowance,
  request: adding((request) => ({ allowance: request.allowance ?? allowance }))(wire.request),
})

/**
 * How long to wait, in milliseconds, after an attempt that failed like this; `undefined`: another will not get further, or
 * there were enough.
 *
 * @param attempt which it was, from 1
 */
function waitAfter({ clock }: Pick<Wire, 'clock'>, error: unknown, attempt: number): number | undefined {
  const bound = bounds[attempt - 1]
  if (!(error instanceof Error) || spent.has(error) || !mayPass(error)) return undefined
  if (error instanceof RegistryError && error.asksTooLong) return undefined
  if (bound === undefined) {
    spent.add(error)
    return undefined
  }
  return Math.max(askedBy(error), Math.floor(clock.random() * bound))
}

function askedBy(error: unknown): number {
  if (!(error instanceof RegistryError)) return 0
  return error.retryAfterMs ?? (error.code === 'TOO_MANY_REQUESTS' ? defaultPauseMs : 0)
}

/** There is no time for another attempt. Where the registry asks for more than there is, its error says so. */
function tooLate(error: unknown, wire: Wire): unknown {
  const told = error instanceof RegistryError ? inTime(error, wire) : error
  if (told instanceof Error) spent.add(told)
  return told
}

const isServerError = (error: unknown): boolean => error instanceof RegistryError && (error.facts.status ?? 0) >= 500

function mayPass(error: Error): boolean {
  if (error instanceof TransportError) return error.temporary
  if (!(error instanceof RegistryError)) return false
  const kind = clientErrorKinds[error.code]
  if (kind === 'interrupted') return true
  if (error.code === 'TOO_MANY_REQUESTS') return true
  return (kind === 'busy' || kind === 'unclear') && mayPassLater(error.facts.status ?? 0)
}
