/** A place among those that may move data. Given in the order of asking. */
export interface Slot {
  /** Resolves when the slot is ours; rejects when it was given up by `cancel` before. Never unhandled. */
  readonly granted: Promise<void>
  /** It is ours now: granted, and not released. */
  readonly held: boolean
  /** Leaves the queue, so that `granted` rejects with `reason`; a slot that is held already is kept. */
  cancel(reason: unknown): void
  /** Hands the slot to the next in the queue, or leaves the queue. Counts once. */
  release(): void
}

export interface Slots {
  request(): Slot
}

/** At most `limit` slots are held at any time. */
export function createSlots(limit: number): Slots {
  let taken = 0
  // A Set keeps the order of asking and lets a cancelled one leave from the middle.
  const queue = new Set<() => void>()

  const passOn = (): void => {
    const [next] = queue
    if (next === undefined) taken -= 1
    else {
      // The count stays: the slot changes hands.
      queue.delete(next)
      next()
    }
  }

  return {
    request() {
      const { promise: granted, resolve, reject } = Promise.withResolvers<void>()
      granted.catch(() => undefined)
      let held = false
      let released = false
      const grant = (): void => {
        held = true
        resolve()
      }
      if (taken < limit) {
        taken += 1
        grant()
      } else queue.add(grant)
      return {
        granted,
        get held() {
          return held
        },
        cancel(reason) {
          if (!queue.delete(grant)) return
          released = true
          reject(reason)
        },
        release() {
          if (released) return
          released = true
          held = false
          if (!queue.delete(grant)) passOn()
        },
      }
    },
  }
}
