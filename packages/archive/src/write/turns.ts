import { orAbort, type AbortOptions } from '@lading/clock'

/** Admits one caller at a time, in the order of the calls. The returned function ends the turn, and may be called more than once. */
export type Turns = (options?: AbortOptions) => Promise<() => void>

export function createTurns(): Turns {
  let last: Promise<void> = Promise.resolve()
  return async ({ signal } = {}) => {
    signal?.throwIfAborted()
    const before = last
    const { promise, resolve: leave } = Promise.withResolvers<void>()
    // A caller that stops waiting does not let the next one in early.
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
