import type { Clock } from '@lading/clock'

export interface VirtualClock extends Clock {
  /** Every sleep that was asked for, in milliseconds. */
  readonly sleeps: number[]
}

/** Time that passes only by sleeping, and chance that is always the same. */
export function createVirtualClock(random = 0.5): VirtualClock {
  let now = 0
  const sleeps: number[] = []
  return {
    sleeps,
    now: () => now,
    async sleep(ms, { signal } = {}) {
      signal?.throwIfAborted()
      sleeps.push(ms)
      now += ms
      await Promise.resolve()
      signal?.throwIfAborted()
    },
    random: () => random,
  }
}
