/** One's turn among others, to say the first word. */
export interface Turn {
  /** Resolves when all before have had theirs. */
  readonly comes: Promise<void>
  /** Further calls do nothing. */
  end(): void
}

/** Turns in the order in which they are taken, however soon each has something to say. */
export function createTurns(): () => Turn {
  let last = Promise.resolve()
  return () => {
    const comes = last
    const { promise, resolve } = Promise.withResolvers<void>()
    last = promise
    return { comes, end: resolve }
  }
}
