import type { Clock } from '@lading/clock'

/** Sleeps take no time and are remembered; chance is the test's. */
export function virtualClock(
  random: () => number = () => 0.5,
): Clock & { readonly slept: number[]; advance(ms: number): void } {
  let now = 0
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    advance(ms) {
      now += ms
    },
    sleep(ms, { signal } = {}) {
      signal?.throwIfAborted()
      slept.push(ms)
      now += ms
      return Promise.resolve()
    },
    random,
  }
}
