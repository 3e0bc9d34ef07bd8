/** How many requests bring one layer at once, and what came of it. */
export interface RangeLevel {
  readonly requests: number
  /** Bytes a second with one request fewer, or with as many once it is settled. */
  readonly rate: number
  /** No more is tried. */
  readonly settled: boolean
}

/** One more request has to bring so much more, or it is given up: it takes a place and memory, and others need the line. */
const worth = 1.2
/** One request that brings so many bytes a second leaves nothing to gain. */
const fastEnough = 48 * 1024 * 1024

/** One more at a time, for as long as each one helps. @param rate bytes a second, as just measured */
export function nextLevel(level: RangeLevel, rate: number, most: number): RangeLevel {
  if (level.settled) return level
  if (level.requests === 1 && rate >= fastEnough) return { ...level, rate, settled: true }
  if (rate < level.rate * worth) return { requests: level.requests - 1, rate: level.rate, settled: true }
  if (level.requests >= most) return { requests: level.requests, rate, settled: true }
  return { requests: level.requests + 1, rate, settled: false }
}
