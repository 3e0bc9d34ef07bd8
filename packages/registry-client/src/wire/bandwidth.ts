import type { Clock } from '@lading/clock'
import { RegistryError } from '../errors/registry-error.ts'
import { pausing } from './over-transport.ts'
import type { Concern, Take } from './wire-request.ts'

/** Spreads the bytes of all bodies over time. */
export interface Bandwidth {
  /** Called with what has just arrived; a promise asks for that long a pause before more is read. */
  take(bytes: number, options?: { signal?: AbortSignal | undefined }): void | Promise<void>
  /** Ends every pause. */
  close(): void
}

/** A quiet time is made up for by so much at once: a busy machine wakes late, and that is not to cost bandwidth. */
const burstMs = 250

/**
 * A token bucket that may be overdrawn: a chunk is never cut, and whoever brings the next one waits for it. As every
 * chunk waits for those before it, connections share what there is by the chunk.
 *
 * @throws RegistryError `OPTION_INVALID`
 */
export function createBandwidth(clock: Clock, bytesPerSecond: number): Bandwidth {
  if (!(bytesPerSecond > 0))
    throw new RegistryError('OPTION_INVALID', `limitRate is ${String(bytesPerSecond)}`, {
      hint: 'bytes per second, more than 0',
    })
  const closing = new AbortController()
  let paidUntil: number | undefined
  return {
    take(bytes, { signal } = {}) {
      const now = clock.now()
      paidUntil = Math.max(paidUntil ?? now, now - burstMs) + (bytes * 1000) / bytesPerSecond
      const wait = paidUntil - now
      return !(wait > 0) || closing.signal.aborted
        ? undefined
        : sleep(
            clock,
            wait,
            signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]),
            closing.signal,
          )
    },
    close: () => closing.abort(),
  }
}

async function sleep(clock: Clock, ms: number, signal: AbortSignal, closing: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, { signal })
  } catch (error) {
    if (!closing.aborted) throw error
  }
}

/** No more bytes a second than the client may have. That pause is not one in which the taker makes the host wait. */
export const spreadBytes =
  (bandwidth: Bandwidth): Concern =>
  (next) =>
  (request, receive, options = {}) => {
    const { signal, onPause } = options
    const spread =
      (take: Take): Take =>
      (chunk, giveBack) => {
        const { byteLength } = chunk
        const taken = take(chunk, giveBack)
        const wait = bandwidth.take(byteLength, { signal })
        const paused = taken === undefined || onPause === undefined ? taken : pausing(taken, onPause)
        if (wait === undefined || paused === undefined) return wait ?? paused
        return Promise.all([paused, wait]).then(() => undefined)
      }
    return next(
      request,
      (head) => {
        const taker = receive(head)
        return typeof taker === 'function' ? spread(taker) : taker.then(spread)
      },
      { ...options, onPause: undefined },
    )
  }
