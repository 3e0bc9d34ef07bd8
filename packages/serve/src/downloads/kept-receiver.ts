import type { Delivery, Receiver } from '@lading/content'
import { isLadingError } from '@lading/errors'

/** The way of one blob into a delivery, in as many attempts as it takes. */
export interface KeptReceiver extends Pick<Delivery, 'receive'> {
  /** In bytes: taken, and written or about to be. */
  readonly offset: number
  /** In bytes: what came from the source, also what was here before. */
  readonly received: number
  /** Lets go and keeps what can be resumed. */
  close(): Promise<void>
}

interface Listeners {
  /** What is written from now on can be read while it comes. */
  readonly onOpen: () => void
  /** A source begins to answer. */
  readonly onBegin: () => void
  /** What could be read counts no more. */
  readonly onVoid: () => void
}

/**
 * One receiver for all attempts, so that readers beside it are not disturbed when an attempt breaks off, and nothing is
 * hashed twice. A source that sends everything again, where the rest was asked for, has its start passed over: the
 * digest at the end judges the whole.
 */
export function keepReceiver(
  delivery: Pick<Delivery, 'receive'>,
  { onOpen, onBegin, onVoid }: Listeners,
): KeptReceiver {
  let kept: Receiver | undefined
  let received = 0

  const drop = async (how: 'close' | 'discard'): Promise<void> => {
    const dropped = kept
    if (dropped === undefined) return
    kept = undefined
    onVoid()
    await dropped[how]()
  }

  function attempt(inner: Receiver): Receiver {
    let skip = 0
    let spent = false
    const ofInner = <T>(error: T): T => {
      spent = true
      return error
    }
    return {
      get offset() {
        return inner.offset
      },
      get validator() {
        return inner.validator
      },
      get source() {
        return inner.source
      },
      get failed() {
        return inner.failed
      },
      async begin(answer) {
        const { offset } = inner
        skip = answer.start === 0 ? offset : 0
        try {
          await inner.begin({ ...answer, start: answer.start + skip })
        } catch (error) {
          throw ofInner(error)
        }
        onBegin()
      },
      write(chunk, giveBack) {
        received += chunk.byteLength
        const passed = Math.min(skip, chunk.byteLength)
        skip -= passed
        if (passed > 0 && passed === chunk.byteLength) return giveBack?.()
        try {
          const wait = inner.write(passed === 0 ? chunk : chunk.subarray(passed), giveBack)
          return wait?.catch((error: unknown) => {
            throw ofInner(error)
          })
        } catch (error) {
          throw ofInner(error)
        }
      },
      async commit(options) {
        try {
          return await inner.commit(options)
        } catch (error) {
          // What is short, or was given up, can go on.
          if (options?.signal?.aborted === true || isLadingError(error, 'SIZE_MISMATCH')) throw error
          throw ofInner(error)
        }
      },
      async close() {
        if (spent || inner.failed?.aborted === true) await drop('close')
      },
      discard: () => drop('discard'),
    }
  }

  return {
    get offset() {
      return kept?.offset ?? 0
    },
    get received() {
      return received
    },
    async receive(what, options) {
      if (kept === undefined) {
        const there = await delivery.receive(what, options)
        if (typeof there === 'string') return there
        kept = there
        onOpen()
      }
      return attempt(kept)
    },
    close: async () => kept?.close(),
  }
}
