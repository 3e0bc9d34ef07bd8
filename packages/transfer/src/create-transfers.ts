import { systemClock, type Clock } from '@lading/clock'
import { atLeastOne } from './at-least-one.ts'
import type { Backoff, RetryClass } from './attempt.ts'
import { createSlots } from './slots.ts'
import { createTransfer, type Transfer } from './transfer.ts'
import { TransferError } from './transfer-error.ts'
import { createTransferSlot } from './transfer-slot.ts'
import { createWatcher, type Watcher } from './watcher.ts'
import type { RunOptions, Transfers, Work } from './work.ts'

export interface TransfersOptions {
  /** Slots: how many transfers may move data at once. At least 1, `Infinity` for no limit. Default 3. */
  readonly limit?: number | undefined
  /** How often `attempt` tries without progress, the first time included. Default 5. */
  readonly attempts?: number | undefined
  /** The waits between attempts. Default: up to 2, 4, 8, 16 seconds, at random. */
  readonly backoff?: Backoff | undefined
  /** Of failures that are to be repeated in another way, by the name that a work's `retry` gives them: what they leave out is as above. */
  readonly retries?: Readonly<Record<string, RetryClass>> | undefined
  /** Default: `systemClock`. */
  readonly clock?: Clock | undefined
}

/**
 * Runs work by key: who asks for a key that runs already watches what is there.
 *
 * @throws `TRANSFER_OPTION_INVALID`
 */
export function createTransfers(options: TransfersOptions = {}): Transfers {
  const { limit = 3, attempts = 5, backoff = {}, retries = {}, clock = systemClock } = options
  atLeastOne('limit', limit)
  atLeastOne('attempts', attempts)
  for (const [name, each] of Object.entries(retries)) atLeastOne(`retries.${name}.attempts`, each.attempts ?? attempts)
  const slots = createSlots(limit)
  const running = new Map<string, Transfer<unknown, unknown>>()
  let closed: TransferError | undefined

  function join(
    key: string,
    work: Work<unknown, unknown>,
    watcher: Watcher<unknown, unknown>,
    size: number | undefined,
  ): void {
    if (watcher.gone) return
    if (closed !== undefined) return watcher.fail(closed)
    const present = running.get(key)
    // One that is being cancelled is no use, and its work must be over before the same work starts again.
    if (present?.cancelled === true) return void present.ended.then(() => join(key, work, watcher, size))
    ;(present ?? start(key, work, size)).add(watcher)
  }

  function start(key: string, work: Work<unknown, unknown>, size: number | undefined): Transfer<unknown, unknown> {
    const transfer = createTransfer(work, createTransferSlot(slots, size), { attempts, backoff, retries, clock }, () =>
      running.delete(key),
    )
    running.set(key, transfer)
    transfer.begin()
    return transfer
  }

  return {
    run<Result, Progress>(key: string, work: Work<Result, Progress>, { signal, size }: RunOptions = {}) {
      const watcher = createWatcher<Result, Progress>(signal)
      // The key says what the work is, so everyone who uses it agrees on its types.
      join(key, work, watcher, size)
      return watcher.watch
    },
    setLimit(next) {
      atLeastOne('limit', next)
      slots.setLimit(next)
    },
    async close() {
      closed ??= new TransferError('TRANSFERS_CLOSED', 'these transfers are closed', { hint: 'create others' })
      const all = [...running.values()]
      for (const transfer of all) transfer.cancel(closed)
      await Promise.all(all.map((transfer) => transfer.ended))
    },
  }
}
