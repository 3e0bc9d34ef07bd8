/** Milliseconds that a thread may stand still for files at once, and what it gets back with each call: above what a cached one takes. */
const mostMs = 50
const perCallMs = 0.1
/** After so many in a row everybody else of the thread has a turn: sockets, timers, signals. */
const mostInARow = 32

/** Decides which small calls of a file system are made on the thread that asks. */
export interface ThreadTime {
  /** Whether the next one may be. */
  available(): boolean
  /** One was, and took so long. */
  spent(ms: number): void
}

/**
 * A call that the system answers from memory takes microseconds, and ten times as long when another thread makes it. Where
 * files are far away or a disk is slow, the thread stops waiting for them after a moment, and from then on waits for hardly
 * more than a tenth of a millisecond of each call.
 */
export function threadTime(): ThreadTime {
  let leftMs = mostMs
  let inARow = 0
  return {
    available() {
      leftMs = Math.min(mostMs, leftMs + perCallMs)
      if (leftMs > 0 && inARow < mostInARow) {
        inARow += 1
        return true
      }
      inARow = 0
      return false
    },
    spent(ms) {
      leftMs -= ms
    },
  }
}
