import type { Clock } from '@lading/clock'

/** Time that passes only while somebody waits, or is told to. */
export function fakeClock(): Clock & { pass(ms: number): void } {
  let now = 0
  return {
    now: () => now,
    async sleep(ms, { signal } = {}) {
      await new Promise((resolve) => void setImmediate(resolve))
      signal?.throwIfAborted()
      now += ms
    },
    random: () => 0.5,
    pass: (ms) => void (now += ms),
  }
}
