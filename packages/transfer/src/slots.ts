/** A place among those that may move data. */
export interface Slot {
  /** Resolves when the slot is ours; rejects when it was given up by `cancel` before. Never unhandled. */
  readonly granted: Promise<void>
  /** It is ours now: granted, and not released. */
  readonly held: boolean
  /** Leaves the queue, so that `granted` rejects with `reason`; a slot that is held already is kept. */
  cancel(reason: unknown): void
  /** Hands the slot to the next in the queue, or leaves the queue. Counts once. */
  release(): void
  /** Lets somebody else have it while its holder waits for what nobody here controls. */
  lend(): void
  /** It moves data again, at once: until others release theirs there may be one too many. */
  takeBack(): void
}

export interface Slots {
  /**
   * The largest first, and those alike in the order of asking.
   *
   * @param size default `Infinity`: whose size is not known goes first
   * @param small it counts as small. Default false.
   */
  request(size?: number, small?: boolean): Slot
  /** A smaller one takes no slot from anybody: it counts for those that are given from now on. */
  setLimit(limit: number, whileSmall?: number): void
}

interface Waiting {
  readonly size: number
  readonly small: boolean
  readonly grant: () => void
}

/**
 * At most `limit` slots are held at any time, those that were lent not counted.
 *
 * @param whileSmall how many while only small ones hold one, and a small one is next. Default `limit`.
 */
export function createSlots(limit: number, whileSmall: number = limit): Slots {
  let most = limit
  let mostSmall = whileSmall
  let taken = 0
  let large = 0
  // The next one last.
  const queue: Waiting[] = []

  const count = (small: boolean, change: 1 | -1): void => {
    taken += change
    if (!small) large += change
  }
  const giveOut = (): void => {
    for (let next = queue.at(-1); next !== undefined; next = queue.at(-1)) {
      if (taken >= (large === 0 && next.small ? mostSmall : most)) return
      queue.pop()
      count(next.small, 1)
      next.grant()
    }
  }
  const giveBack = (small: boolean): void => {
    count(small, -1)
    giveOut()
  }
  const leave = (waiting: Waiting): boolean => {
    const at = queue.lastIndexOf(waiting)
    if (at === -1) return false
    queue.splice(at, 1)
    return true
  }

  return {
    request(size = Number.POSITIVE_INFINITY, small = false) {
      const { promise: granted, resolve, reject } = Promise.withResolvers<void>()
      granted.catch(() => undefined)
      let held = false
      let released = false
      let lent = false
      const waiting: Waiting = {
        size,
        small,
        grant() {
          held = true
          resolve()
        },
      }
      queue.splice(placeFor(queue, size), 0, waiting)
      giveOut()
      return {
        granted,
        get held() {
          return held
        },
        cancel(reason) {
          if (!leave(waiting)) return
          released = true
          reject(reason)
        },
        release() {
          if (released) return
          released = true
          held = false
          if (!leave(waiting) && !lent) giveBack(small)
        },
        lend() {
          if (!held || lent) return
          lent = true
          giveBack(small)
        },
        takeBack() {
          if (!lent) return
          lent = false
          if (!released) count(small, 1)
        },
      }
    },
    setLimit(next, nextSmall = next) {
      most = next
      mostSmall = nextSmall
      giveOut()
    },
  }
}

/** Behind (that is, before in the list) all that are as large: by halves, as a queue may be long. */
function placeFor(queue: readonly Waiting[], size: number): number {
  let [low, high] = [0, queue.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((queue[middle]?.size ?? 0) < size) low = middle + 1
    else high = middle
  }
  return low
}
