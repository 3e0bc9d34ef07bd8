/** How many requests a host is trusted with at once: fewer by half when it says "too many", one more when all goes well. */
export interface Concurrency {
  readonly limit: number
  /** Marks the beginning of a request; handed back with its outcome. */
  begin(): number
  /** A request went well, among so many. True: the limit grew. */
  good(begun: number, active: number): boolean
  /** The host had too much, with so many at once. True: the limit shrank. */
  tooMuch(begun: number, active: number): boolean
}

/** Additive increase, multiplicative decrease (as in RFC 5681 3.1), between 1 and `most`. */
export function createConcurrency(most: number): Concurrency {
  let limit = most
  let credit = 0
  let cuts = 0
  return {
    get limit() {
      return limit
    },
    begin: () => cuts,
    good(begun, active) {
      // A limit that nobody came near has proved nothing, nor has what was asked under an earlier one.
      if (limit === most || active < limit || begun !== cuts) return false
      credit += 1
      if (credit < limit) return false
      credit = 0
      limit += 1
      return true
    },
    tooMuch(begun, active) {
      // Of requests that were under way together, one "too many" counts.
      if (begun !== cuts) return false
      cuts += 1
      credit = 0
      const before = limit
      limit = Math.max(1, Math.floor(Math.min(limit, active) / 2))
      return limit < before
    },
  }
}
