import { attempt, type AttemptLimits } from './attempt.ts'
import { TransferError } from './transfer-error.ts'
import type { TransferSlot } from './transfer-slot.ts'
import type { Watcher } from './watcher.ts'
import type { Work, WorkContext } from './work.ts'

/** One piece of work that runs, and those who watch it. */
export interface Transfer<Result, Progress> {
  /** Its signal has fired; it takes no more watchers and ends soon. */
  readonly cancelled: boolean
  /** Calls the work. Apart from its creation, so that a work which asks for its own key finds itself. */
  begin(): void
  /** Resolves when the work has ended, however it did. */
  readonly ended: Promise<void>
  add(watcher: Watcher<Result, Progress>): void
  cancel(reason: unknown): void
}

/**
 * A transfer whose work is called by `begin`. `onEnd` runs when the work has ended, before any watcher hears of it:
 * whoever then asks for the same key gets a new transfer.
 */
export function createTransfer<Result, Progress>(
  work: Work<Result, Progress>,
  slot: TransferSlot,
  limits: AttemptLimits,
  onEnd: () => void,
): Transfer<Result, Progress> {
  const watchers = new Set<Watcher<Result, Progress>>()
  const controller = new AbortController()
  const { signal } = controller
  let last: { readonly value: Progress } | undefined
  const ended = Promise.withResolvers<void>()
  let over = false

  const end = (tell: (watcher: Watcher<Result, Progress>) => void): void => {
    over = true
    slot.release()
    onEnd()
    for (const watcher of watchers) tell(watcher)
    watchers.clear()
    ended.resolve()
  }

  const cancel = (reason: unknown): void => {
    if (over || signal.aborted) return
    controller.abort(reason)
    slot.cancel(reason)
  }

  const context: WorkContext<Progress> = {
    report(value) {
      if (over) return
      last = { value }
      for (const watcher of watchers) watcher.progress(value)
    },
    started: slot.started,
    releaseSlot: () => slot.release(),
    lendSlot: (wait) => slot.lending(wait),
    attempt: (once, how) => slot.attempting((countDown) => attempt(once, how, { ...limits, signal, countDown })),
    signal,
  }

  return {
    get cancelled() {
      return signal.aborted
    },
    begin() {
      void call(work, context).then(
        (result) => end((watcher) => watcher.succeed(result)),
        (error: unknown) => end((watcher) => watcher.fail(error)),
      )
    },
    ended: ended.promise,
    add(watcher) {
      watchers.add(watcher)
      if (last !== undefined) watcher.progress(last.value)
      watcher.attach(() => {
        watchers.delete(watcher)
        if (watchers.size > 0) return Promise.resolve()
        cancel(new TransferError('TRANSFER_CANCELLED', 'the last watcher left'))
        return ended.promise
      })
    },
    cancel,
  }
}

/** A work that throws instead of rejecting is one that rejects. */
async function call<Result, Progress>(work: Work<Result, Progress>, context: WorkContext<Progress>): Promise<Result> {
  return work(context)
}
