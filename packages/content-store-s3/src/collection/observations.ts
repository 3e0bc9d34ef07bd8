/** Since when things were seen, by one observer's monotonic clock: nothing else says how old they are. */
export interface Observations {
  /** All that is there now: what is not is forgotten. */
  see(keys: Iterable<string>): void
  /** One more, which has come to be there. */
  add(key: string): void
  /** One that has gone. */
  forget(key: string): void
  /** In milliseconds; `undefined`: it was not there at the last look. */
  since(key: string): number | undefined
  keys(): Iterable<string>
}

export function createObservations(now: () => number): Observations {
  const first = new Map<string, number>()
  const add = (key: string): void => {
    if (!first.has(key)) first.set(key, now())
  }
  return {
    see(keys) {
      const there = new Set(keys)
      for (const key of first.keys()) if (!there.has(key)) first.delete(key)
      for (const key of there) add(key)
    },
    add,
    forget: (key) => void first.delete(key),
    since: (key) => first.get(key),
    keys: () => first.keys(),
  }
}
