import type { Clock } from '@lading/clock'

export interface SteppedClock extends Clock {
  /** Lets so much time pass: what is due wakes up in its order, and what follows from that happens before the next. */
  pass(ms: number): Promise<void>
  /** Sleeps that have neither ended nor been given up. */
  readonly sleeping: number
}

/** Time stands still until it is told to pass. */
export function steppedClock(): SteppedClock {
  let now = 0
  const alarms = new Set<{ readonly at: number; readonly ring: () => void }>()
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }
  return {
    now: () => now,
    random: () => 0.5,
    get sleeping() {
      return alarms.size
    },
    sleep: (ms, { signal } = {}) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason as Error)
        const alarm = { at: now + ms, ring: resolve }
        alarms.add(alarm)
        signal?.addEventListener('abort', () => {
          alarms.delete(alarm)
          reject(signal.reason as Error)
        })
      }),
    async pass(ms) {
      const end = now + ms
      for (;;) {
        await settle()
        const next = [...alarms].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0]
        if (next === undefined) break
        alarms.delete(next)
        now = Math.max(now, next.at)
        next.ring()
      }
      now = end
      await settle()
    },
  }
}
