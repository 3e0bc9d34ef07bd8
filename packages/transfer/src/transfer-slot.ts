import type { Slots } from './slots.ts'

/** The slot of one transfer: its own while data may move, somebody else's while every attempt counts down. */
export interface TransferSlot {
  /** The first time that it is ours. */
  readonly started: Promise<void>
  /** Runs a loop of attempts. What it does in `countDown` takes no slot; afterwards the slot is asked for again. */
  attempting<T>(loop: (countDown: (wait: () => Promise<void>) => Promise<void>) => Promise<T>): Promise<T>
  /** Others have the slot meanwhile; afterwards it is taken back at once. */
  lending<T>(wait: () => Promise<T>): Promise<T>
  /** Gives it back for good. */
  release(): void
  /** Leaves the queue: whoever waits for the slot hears the reason. */
  cancel(reason: unknown): void
}

export function createTransferSlot(slots: Slots, size?: number): TransferSlot {
  let slot = slots.request(size)
  const started = slot.granted
  const unneeded = Promise.withResolvers<void>()
  let away = false
  let loops = 0
  let resting = 0

  const rest = (): void => {
    // One that was never given keeps its place in the queue.
    if (loops === 0 || resting < loops || !slot.held) return
    away = true
    slot.release()
  }
  const countDown = async (wait: () => Promise<void>): Promise<void> => {
    resting += 1
    rest()
    try {
      await wait()
    } finally {
      resting -= 1
    }
    // The first of several loops that goes on asks for it, and the others wait with it.
    if (away) {
      away = false
      slot = slots.request(size)
    }
    await Promise.race([slot.granted, unneeded.promise])
  }

  return {
    started,
    async attempting(loop) {
      loops += 1
      try {
        return await loop(countDown)
      } finally {
        loops -= 1
        rest()
      }
    },
    async lending(wait) {
      const mine = slot
      mine.lend()
      try {
        return await wait()
      } finally {
        mine.takeBack()
      }
    },
    release() {
      away = false
      unneeded.resolve()
      slot.release()
    },
    cancel: (reason) => slot.cancel(reason),
  }
}
