import type { AbortOptions, Clock } from '@lading/clock'
import type { Gateway } from './clients.ts'
import { failureOf, type Failure } from './failure.ts'
import { S3Error } from './s3-error.ts'

export interface AskLimits {
  readonly clock: Clock
  /** How long one request may take, in milliseconds. */
  readonly requestTimeoutMs: number
  /** How long what helps by itself is waited for, in milliseconds. */
  readonly patienceMs: number
}

interface AskOptions<T> extends AbortOptions {
  /** For messages: `get blobs/…`. */
  readonly about: string
  /** How long each request of it may take, where that is less. */
  readonly timeoutMs?: number | undefined
  /** Looks whether a request that failed was carried out all the same. `undefined`: it was not. */
  readonly settle?: ((failure: Failure) => Promise<T | undefined>) | undefined
}

export type Ask = <T>(
  once: (gateway: Gateway, how: { readonly abortSignal: AbortSignal }) => Promise<T>,
  options: AskOptions<T>,
) => Promise<T>

const strangerPatienceMs = 10_000

/** Waits in milliseconds: a random time up to `base`, doubled with each failure, at most `most`. */
const waits = {
  conflict: { base: 20, most: 1_000 },
  elsewhere: { base: 50, most: 2_000 },
  later: { base: 200, most: 5_000 },
}

/** Asks one gateway after the other until one answers, with patience for what passes. The one that answered is asked first next time. */
export function createAsk(gateways: readonly Gateway[], { clock, requestTimeoutMs, patienceMs }: AskLimits): Ask {
  let current = 0
  let hasAnswered = false
  return async (once, { about, timeoutMs = requestTimeoutMs, settle, signal }) => {
    const began = clock.now()
    let wasRepaired = false
    for (let failures = 1; ; failures += 1) {
      signal?.throwIfAborted()
      const at = current
      const gateway = gateways[at] as Gateway
      let failure: Failure
      try {
        const answer = await within(
          { ms: Math.min(timeoutMs, requestTimeoutMs), clock, signal, about, host: gateway.host },
          (abortSignal) => once(gateway, { abortSignal }),
        )
        hasAnswered = true
        return answer
      } catch (error) {
        signal?.throwIfAborted()
        failure = failureOf(error, { about, host: gateway.host })
      }
      const { remedy, error } = failure
      if (remedy === 'none' || (remedy === 'once' && wasRepaired)) throw error
      wasRepaired ||= remedy === 'once'
      // Whoever else met the same has moved on already.
      if (remedy === 'elsewhere' && current === at) current = (at + 1) % gateways.length
      const outcome = await settle?.(failure)
      if (outcome !== undefined) return outcome
      hasAnswered ||= error.facts.status !== undefined
      // Where nobody ever answered, an address is wrong more often than a gateway is away.
      const patience = hasAnswered ? patienceMs : Math.min(patienceMs, strangerPatienceMs)
      if (remedy === 'exists' || clock.now() - began >= patience) throw error
      // Another gateway may be well: the first round does not wait.
      if (remedy === 'once' || (remedy === 'elsewhere' && failures < gateways.length)) continue
      const { base, most } = waits[remedy]
      await clock.sleep(clock.random() * Math.min(most, base * 2 ** Math.min(failures, 10)), { signal })
    }
  }
}

interface Within extends AbortOptions {
  readonly ms: number
  readonly clock: Clock
  readonly about: string
  readonly host: string
}

async function within<T>(
  { ms, clock, signal, about, host }: Within,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const request = new AbortController()
  const over = new AbortController()
  const leave = (): void => request.abort(signal?.reason)
  signal?.addEventListener('abort', leave, { once: true })
  clock.sleep(ms, { signal: over.signal }).then(
    () =>
      request.abort(
        new S3Error('S3_TIMEOUT', `the object storage took longer than ${ms / 1000} s for a request (${about})`, {
          host,
          hint: 'check its load, and run it again later; what has arrived is kept',
        }),
      ),
    () => undefined,
  )
  try {
    return await run(request.signal)
  } catch (error) {
    throw request.signal.aborted ? request.signal.reason : error
  } finally {
    over.abort()
    signal?.removeEventListener('abort', leave)
  }
}
