import { setTimeout as delay } from 'node:timers/promises'

/** Time and chance, so that tests need neither. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number
  /** Resolves after `ms`; rejects with the signal's reason. */
  sleep(ms: number, options?: { signal?: AbortSignal | undefined }): Promise<void>
  /** In [0, 1). */
  random(): number
}

export const systemClock: Clock = {
  now: () => performance.now(),
  async sleep(ms, { signal } = {}) {
    signal?.throwIfAborted()
    try {
      await delay(ms, undefined, { signal })
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
  random: () => Math.random(),
}
