import type { Clock } from '@lading/clock'
import type { AttemptPolicy } from './work.ts'

/** The waits between attempts: a random time up to `baseMs`, doubled with each failure, at most `maxMs`. */
export interface Backoff {
  /** Milliseconds. Default 2000. */
  readonly baseMs?: number | undefined
  /** Milliseconds. Default 30 000. */
  readonly maxMs?: number | undefined
}

/** How failures of one kind are repeated. */
export interface RetryClass {
  /** How often to fail like this without progress. `Infinity`: as often as it takes. Default: the transfers' own. */
  readonly attempts?: number | undefined
  /** Default: the transfers' own. */
  readonly backoff?: Backoff | undefined
}

export interface AttemptLimits {
  /** How often to try without progress, the first time included. */
  readonly attempts: number
  readonly backoff: Backoff
  readonly retries: Readonly<Record<string, RetryClass>>
  readonly clock: Clock
}

export interface AttemptOptions extends AttemptLimits {
  readonly signal: AbortSignal
  /** Waits; data moves again when it has resolved. */
  readonly countDown: (wait: () => Promise<void>) => Promise<void>
}

/** Runs `once` until it succeeds, `how` calls its error final, or it failed too often without progress. */
export async function attempt<T>(
  once: (signal: AbortSignal) => Promise<T>,
  how: AttemptPolicy,
  { signal, countDown, ...limits }: AttemptOptions,
): Promise<T> {
  /** Since the last progress, by class. */
  const failures = new Map<string, number>()
  // The furthest of all failures and not the last one: a server that starts from zero each time makes no progress.
  let furthest = how.position()
  for (;;) {
    signal.throwIfAborted()
    try {
      return await once(signal)
    } catch (error) {
      signal.throwIfAborted()
      const position = how.position()
      if (position > furthest) failures.clear()
      furthest = Math.max(furthest, position)
      const again = how.retry(error)
      if (again === false) throw error
      const { class: name = '', afterMs = 0 } = again
      const { attempts = limits.attempts, backoff = limits.backoff } = limits.retries[name] ?? {}
      const attempted = (failures.get(name) ?? 0) + 1
      failures.set(name, attempted)
      if (attempted >= attempts) throw error
      // A server that says "at once" gets no more of us than one that says nothing.
      const delay = Math.max(afterMs, jitter(attempted, backoff, limits.clock))
      const tell = (seconds: number): void => how.onRetry?.({ attempt: attempted, seconds, error })
      await countDown(async () => {
        await countSeconds(delay, tell, signal, limits.clock)
        signal.throwIfAborted()
      })
    }
  }
}

/** Full jitter: anything between nothing and the exponential, so that many clients do not come back together. */
function jitter(failures: number, { baseMs = 2_000, maxMs = 30_000 }: Backoff, clock: Clock): number {
  return clock.random() * Math.min(maxMs, baseMs * 2 ** (failures - 1))
}

async function countSeconds(
  delay: number,
  tell: (seconds: number) => void,
  signal: AbortSignal,
  clock: Clock,
): Promise<void> {
  let seconds = Math.max(1, Math.ceil(delay / 1000))
  // The odd part of a second comes first, so that the last seconds are whole ones.
  let step = delay - (seconds - 1) * 1000
  for (; seconds > 0; seconds -= 1, step = 1000) {
    tell(seconds)
    await clock.sleep(Math.max(0, step), { signal })
  }
}
