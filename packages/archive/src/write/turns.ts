import { orAbort, type AbortOptions } from '@lading/clock'

/** Lets in one at a time, in the order of asking. What it gives ends the turn, and may be called again. */
export type Turns = (options?: AbortOptions) => Promise<() => void>

export function createTurns(): Turns {
  let last: Promise<void> = Promise.resolve()
  return async ({ signal } = {}) => {
    signal?.throwIfAborted()
    const before = last
    const { promise, resolve: leave } = Promise.withResolvers<void>()
    // Whoever gives up waiting does not let the next one in early.
    last = before.then(() => promise)
    try {
      await orAbort(before, { signal })
    } catch (error) {
      leave()
      throw error
    }
    return leave
  }
}
