import type { AbortOptions } from './abort-options.ts'
import { sleep } from './sleep.ts'

/** Time and chance, so that tests need neither. */
export interface Clock {
  /** Monotonic milliseconds; only differences mean something. */
  now(): number
  /** Resolves after `ms` milliseconds; rejects with the signal's reason. */
  sleep(ms: number, options?: AbortOptions): Promise<void>
  /** In [0, 1). */
  random(): number
}

/** The engine's monotonic time, its timers, `Math.random`. */
export const systemClock: Clock = {
  // Looked up when it is called: fake timers replace both.
  now: () => performance.now(),
  sleep,
  random: () => Math.random(),
}
