import { createLatest } from './latest.ts'
import { TransferError } from './transfer-error.ts'
import type { Watch } from './work.ts'

/** What a transfer tells one of its watchers. */
export interface Watcher<Result, Progress> {
  readonly watch: Watch<Result, Progress>
  /** It has left, or seen the end. */
  readonly gone: boolean
  /** Says how to leave the transfer that is watched now. The function's promise is what `release` waits for. */
  attach(leave: (reason: unknown) => Promise<void>): void
  progress(value: Progress): void
  succeed(result: Result): void
  fail(error: unknown): void
}

/** One caller of `run`: leaves by `release` or by its own signal, whichever is first. */
export function createWatcher<Result, Progress>(signal: AbortSignal | undefined): Watcher<Result, Progress> {
  const latest = createLatest<Progress>()
  const { promise, resolve, reject } = Promise.withResolvers<Result>()
  // A caller who never asks for the result must not bring the process down.
  promise.catch(() => undefined)
  let gone = false
  let leaveTransfer: ((reason: unknown) => Promise<void>) | undefined
  let left: Promise<void> = Promise.resolve()

  const settle = (): boolean => {
    if (gone) return false
    gone = true
    signal?.removeEventListener('abort', abort)
    latest.end()
    return true
  }
  const leave = (reason: unknown): void => {
    if (!settle()) return
    reject(reason)
    if (leaveTransfer !== undefined) left = leaveTransfer(reason)
  }
  const abort = (): void => leave(signal?.reason)

  if (signal?.aborted === true) abort()
  else signal?.addEventListener('abort', abort, { once: true })

  return {
    watch: {
      result: () => promise,
      release() {
        if (!gone) leave(new TransferError('WATCH_RELEASED', 'the watch was released before the transfer ended'))
        return left
      },
      [Symbol.asyncIterator]: () => latest[Symbol.asyncIterator](),
    },
    get gone() {
      return gone
    },
    attach(how) {
      leaveTransfer = how
    },
    progress: (value) => latest.set(value),
    succeed(result) {
      if (settle()) resolve(result)
    },
    fail(error) {
      if (settle()) reject(error)
    },
  }
}
