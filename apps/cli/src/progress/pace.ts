/** How fast something comes. Times in milliseconds. */
export interface Pace {
  /** So many bytes more. */
  add(bytes: number): void
  /** All that was added. */
  readonly amount: number
  /** Bytes a second over the last five seconds; `undefined` while it has come for less than `leastMs`. */
  rate(leastMs?: number): number | undefined
  /** For how long nothing has come. */
  idleMs(): number
}

/** Long enough for a calm number, short enough for one that is true now. */
const windowMs = 5000
const sampleEveryMs = 250

/** @param now monotonic milliseconds */
export function createPace(now: () => number): Pace {
  let amount = 0
  let last = now()
  let samples = [{ at: last, amount }]
  const sample = (at: number): void => {
    if (at - (samples.at(-1)?.at ?? 0) >= sampleEveryMs) samples.push({ at, amount })
    while ((samples[1]?.at ?? at) <= at - windowMs) samples.shift()
  }
  return {
    add(bytes) {
      if (bytes <= 0) return
      const at = now()
      // A wait for the first byte, or for the next one after a break, is no part of how fast it comes.
      if (amount === 0 || at - last > windowMs) samples = [{ at, amount }]
      else sample(at)
      amount += bytes
      last = at
    },
    get amount() {
      return amount
    },
    rate(leastMs = 500) {
      const at = now()
      sample(at)
      const [first = { at, amount }] = samples
      return at - first.at < leastMs ? undefined : ((amount - first.amount) / (at - first.at)) * 1000
    },
    idleMs: () => now() - last,
  }
}
