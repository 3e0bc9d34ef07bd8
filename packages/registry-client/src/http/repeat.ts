import { isLadingError } from '@lading/errors'
import { publicUrl } from '../client-event.ts'
import { clientErrorKinds } from '../errors/error-kinds.ts'
import { RegistryError } from '../errors/registry-error.ts'
import { TransportError } from '../errors/transport-error.ts'
import type { Wire } from '../wire/wire.ts'

/** Upper bounds of the waits before the second to the fifth attempt; the wait itself is drawn below the bound (full jitter). */
const bounds: readonly number[] = [250, 500, 1000, 2000]
/** The most that a server's `Retry-After` holds up a small request. */
const longestWaitMs = 60_000
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
 * expired redirect. A refused connection, an unknown host and a TLS error are left to the next endpoint at once.
 */
export async function repeat<T>(
  wire: Pick<Wire, 'clock' | 'emit'>,
  url: URL,
  once: () => Promise<T>,
  { signal, untilServerError = false }: RepeatOptions = {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once()
    } catch (error) {
      signal?.throwIfAborted()
      const afterMs = untilServerError && isServerError(error) ? undefined : waitAfter(wire, error, attempt)
      if (afterMs === undefined) throw error
      wire.emit({
        type: 'retry',
        url: publicUrl(url),
        attempt,
        afterMs,
        code: isLadingError(error) ? error.code : 'UNKNOWN',
      })
      await wire.clock.sleep(afterMs, { signal })
    }
  }
}

/**
 * How long to wait, in milliseconds, after an attempt that failed like this; `undefined`: another will not get further, or
 * there were enough.
 *
 * @param attempt which it was, from 1
 */
function waitAfter({ clock }: Pick<Wire, 'clock'>, error: unknown, attempt: number): number | undefined {
  const bound = bounds[attempt - 1]
  if (!(error instanceof Error) || spent.has(error) || !mayPass(error)) return undefined
  if (bound === undefined) {
    spent.add(error)
    return undefined
  }
  const asked = error instanceof RegistryError ? error.retryAfterMs : undefined
  return Math.min(longestWaitMs, Math.max(asked ?? 0, Math.floor(clock.random() * bound)))
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
