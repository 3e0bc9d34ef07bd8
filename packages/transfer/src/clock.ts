import type { Clock } from './work.ts'

/** The real clock: the engine's monotonic time, its timers, `Math.random`. */
export function createClock(): Clock {
  return { now: () => performance.now(), sleep, random: Math.random }
}

function sleep(ms: number, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<void> {
  if (signal?.aborted === true) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const wake = (): void => {
      signal?.removeEventListener('abort', leave)
      resolve()
    }
    const leave = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(wake, ms)
    signal?.addEventListener('abort', leave, { once: true })
  })
}
