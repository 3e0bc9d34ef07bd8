import type { Clock } from '@lading/clock'

/** Who watches something, and for how long it goes on when nobody does. */
export interface Watchers {
  readonly count: number
  /** One more. The function that comes back is called when it leaves; further calls do nothing. */
  enter(): () => void
  /** Nobody is waited for any more. */
  end(): void
}

/**
 * @param options.lingerMs how long somebody may come back after the last one left, in milliseconds, asked when that one leaves
 * @param options.onLeft the last one left
 * @param options.onAlone nobody came back
 */
export function countWatchers(options: {
  readonly clock: Clock
  readonly lingerMs: () => number
  readonly onLeft: () => void
  readonly onAlone: () => void
}): Watchers {
  let count = 0
  let ended = false
  let waiting: AbortController | undefined

  const linger = async (): Promise<void> => {
    const { signal } = (waiting = new AbortController())
    try {
      const ms = options.lingerMs()
      if (ms > 0) await options.clock.sleep(ms, { signal })
    } catch {
      return
    }
    if (!signal.aborted) options.onAlone()
  }
  return {
    get count() {
      return count
    },
    enter() {
      count += 1
      waiting?.abort()
      let inside = true
      return () => {
        if (!inside) return
        inside = false
        count -= 1
        if (count > 0) return
        options.onLeft()
        if (!ended) void linger()
      }
    },
    end() {
      ended = true
      waiting?.abort()
    },
  }
}
