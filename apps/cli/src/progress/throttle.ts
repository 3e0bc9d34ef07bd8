/** Time, so that tests need none. */
export interface Timers {
  /** Monotonic milliseconds. */
  now(): number
  /** Calls back after `ms`; returns how to stop that. */
  after(ms: number, callback: () => void): () => void
}

export const realTimers: Timers = {
  now: () => performance.now(),
  after(ms, callback) {
    // A display keeps no process alive.
    const timer = setTimeout(callback, ms).unref()
    return () => clearTimeout(timer)
  },
}

export interface Throttle {
  /** Runs now, or as soon as the interval allows: what was asked for is never dropped. */
  request(): void
  /** Forgets what was asked for, because it has been done otherwise. */
  cancel(): void
}

/** Runs at most once per interval. */
export function createThrottle(run: () => void, intervalMs: number, timers: Timers): Throttle {
  let last = Number.NEGATIVE_INFINITY
  let stop: (() => void) | undefined
  const runNow = (): void => {
    stop = undefined
    last = timers.now()
    run()
  }
  return {
    request() {
      if (stop !== undefined) return
      const wait = last + intervalMs - timers.now()
      if (wait <= 0) runNow()
      else stop = timers.after(wait, runNow)
    },
    cancel() {
      stop?.()
      stop = undefined
    },
  }
}
