/** The registry's own time, for what expires. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Moves it on, so that a test of expiry need not wait. */
  readonly advance: (ms: number) => void
}

export function createClock(): Clock {
  let ahead = 0
  return { now: () => Date.now() + ahead, advance: (ms) => void (ahead += ms) }
}
