import { timedOut } from '../transport/timed-out.ts'

/** Time that may be spent in parts. */
export interface Allowance {
  /** Runs a part of the work with what is left; the time between two parts is not counted. */
  spend<T>(
    host: string,
    work: (signal: AbortSignal | undefined) => Promise<T>,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<T>
}

/**
 * Measured in real time, like the transport's clocks.
 *
 * @param ms 0: without end
 */
export function createAllowance(ms: number): Allowance {
  let left = ms
  return {
    async spend(host, work, { signal } = {}) {
      if (ms === 0) return work(signal)
      const controller = new AbortController()
      const started = performance.now()
      const timer = setTimeout(() => controller.abort(timedOut('total', host)), Math.max(0, left))
      try {
        return await work(signal === undefined ? controller.signal : AbortSignal.any([signal, controller.signal]))
      } finally {
        clearTimeout(timer)
        left -= performance.now() - started
      }
    },
  }
}
