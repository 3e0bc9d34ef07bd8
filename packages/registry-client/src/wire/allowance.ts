import type { FullTimeouts } from '../transport/timeouts.ts'
import { timedOut } from '../transport/timed-out.ts'
import { adding, type Concern } from './wire-request.ts'

export type WireTimeouts = Pick<FullTimeouts, 'total' | 'blob' | 'blobHeaders'>

/** Time that may be spent in parts. */
export interface Allowance {
  /** Milliseconds that a wait may take now. */
  readonly leftMs: number
  /** Takes off a wait that a registry asked for. */
  charge(ms: number): void
  /** The work has turned out large: it may take as long as it moves. */
  lift(): void
  /** All that was charged. */
  readonly waitedMs: number
  /** Runs a part of the work with what is left; the time between two parts is not counted, nor is that of a pause. */
  spend<T>(
    host: string,
    work: (signal: AbortSignal | undefined, onPause: (paused: boolean) => void) => Promise<T>,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<T>
}

/** Bounds the time of a request as a whole, and lets the answer with a blob begin late. */
export const allowTime = (clocks: WireTimeouts): Concern =>
  adding(({ streamed = false, body, answerTimeout, allowance = allowanceOf(clocks) }) => {
    const { total, blob, blobHeaders } = clocks
    // What may be thought about for minutes is no small request either.
    const large = streamed || typeof body === 'function' || answerTimeout !== undefined
    return {
      allowance: large ? createAllowance(blob, total) : allowance,
      ...(streamed && blobHeaders > 0 ? { answerTimeout: blobHeaders } : {}),
    }
  })

/** That of a small request, which the registry made wait for so long before: waits count for all attempts, work for each. */
export const allowanceOf = ({ total }: Pick<WireTimeouts, 'total'>, waitedMs = 0): Allowance =>
  createAllowance(total === 0 ? 0 : Math.max(1, total - waitedMs), total)

/** What is spent on waiting for a turn is not counted, nor what our own side makes the host wait: only what is inside of this. */
export const spendTime: Concern = (next) => (request, receive, options) =>
  request.allowance === undefined
    ? next(request, receive, options)
    : request.allowance.spend(
        request.url.host,
        (signal, pause) =>
          next(request, receive, {
            ...options,
            signal,
            onPause(paused) {
              pause(paused)
              options?.onPause?.(paused)
            },
          }),
        options,
      )

/**
 * Measured in real time, like the transport's clocks.
 *
 * @param ms 0: without end
 * @param wait for one wait, where there is no end; 0: without end
 */
function createAllowance(ms: number, wait: number): Allowance {
  let left = ms
  let waited = 0
  let lifted = ms === 0
  let stopClock = (): void => undefined
  return {
    lift() {
      lifted = true
      stopClock()
    },
    get waitedMs() {
      return waited
    },
    get leftMs() {
      if (lifted) return wait === 0 ? Number.POSITIVE_INFINITY : wait
      return Math.max(0, left)
    },
    charge(spent) {
      left -= spent
      waited += spent
    },
    async spend(host, work, { signal } = {}) {
      if (lifted) return work(signal, () => undefined)
      const controller = new AbortController()
      let timer: ReturnType<typeof setTimeout> | undefined
      let started = 0
      let over = false
      const run = (): void => {
        if (over || lifted || timer !== undefined) return
        started = performance.now()
        timer = setTimeout(() => controller.abort(timedOut('total', host)), Math.max(0, left))
      }
      const stop = (): void => {
        if (timer === undefined) return
        clearTimeout(timer)
        timer = undefined
        left -= performance.now() - started
      }
      stopClock = stop
      run()
      try {
        return await work(
          signal === undefined ? controller.signal : AbortSignal.any([signal, controller.signal]),
          (paused) => (paused ? stop() : run()),
        )
      } finally {
        over = true
        stop()
      }
    },
  }
}
