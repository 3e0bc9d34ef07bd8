import type { Clock } from '@lading/clock'
import type { AttemptPolicy } from './work.ts'

/** The waits between attempts: a random time up to `baseMs`, doubled with each failure, at most `maxMs`. */
export interface Backoff {
  /** Milliseconds. Default 2000. */
  readonly baseMs?: number | undefined
  /** Milliseconds. Default 30 000. */
  readonly maxMs?: number | undefined
}

export interface AttemptLimits {
  /** How often to try without progress, the first time included. */
  readonly attempts: number
  readonly backoff: Backoff
  readonly clock: Clock
}

export interface AttemptOptions extends AttemptLimits {
  readonly signal: AbortSignal
  /** Waits; data moves again when it has resolved. */
  readonly countDown: (wait: () => Promise<void>) => Promise<void>
}

/** Runs `once` until it succeeds, `how` calls its error final, or it failed `attempts` times without progress. */
export async function attempt<T>(
  once: (signal: AbortSignal) => Promise<T>,
  how: AttemptPolicy,
  { signal, countDown, ...limits }: AttemptOptions,
): Promise<T> {
  let failures = 0
  // The furthest of all failures and not the last one: a server that starts from zero each time makes no progress.
  let furthest = how.position()
  for (;;) {
    signal.throwIfAborted()
    try {
      return await once(signal)
    } catch (error) {
      signal.throwIfAborted()
      const position = how.position()
      if (position > furthest) failures = 0
      furthest = Math.max(furthest, position)
      failures += 1
      const again = how.retry(error)
      if (again === false || failures >= limits.attempts) throw error
      // A server that says "at once" gets no more of us than one that says nothing.
      const delay = Math.max(again.afterMs ?? 0, jitter(failures, limits))
      const tell = (seconds: number): void => how.onRetry?.({ attempt: failures, seconds, error })
      await countDown(async () => {
        await countSeconds(delay, tell, signal, limits.clock)
        signal.throwIfAborted()
      })
    }
  }
}

/** Full jitter: anything between nothing and the exponential, so that many clients do not come back together. */
function jitter(failures: number, { backoff, clock }: AttemptLimits): number {
  const { baseMs = 2_000, maxMs = 30_000 } = backoff
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
