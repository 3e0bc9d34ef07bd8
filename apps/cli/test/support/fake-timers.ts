import type { Timers } from '../../src/progress/throttle.ts'

/** Time that passes when the test says so. */
export function fakeTimers(): Timers & { pass(ms: number): void; readonly pending: number } {
  let now = 0
  const waiting = new Map<object, { readonly at: number; readonly callback: () => void }>()
  return {
    now: () => now,
    after(ms, callback) {
      const key = {}
      waiting.set(key, { at: now + ms, callback })
      return () => void waiting.delete(key)
    },
    pass(ms) {
      now += ms
      for (const [key, { at, callback }] of waiting) {
        if (at > now) continue
        waiting.delete(key)
        callback()
      }
    },
    get pending() {
      return waiting.size
    },
  }
}
