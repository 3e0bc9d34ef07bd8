/** What an upstream said is not there: for a short time it is not asked again. */
export interface Absences {
  has(key: string): boolean
  add(key: string): void
}

const rememberedMs = 10_000
const most = 10_000

/** @param now in milliseconds; only differences mean something */
export function createAbsences(now: () => number): Absences {
  /** In the order of their ends. */
  const until = new Map<string, number>()
  return {
    has(key) {
      const end = until.get(key)
      if (end === undefined) return false
      if (end > now()) return true
      until.delete(key)
      return false
    },
    add(key) {
      until.delete(key)
      until.set(key, now() + rememberedMs)
      const [oldest] = until.keys()
      if (until.size > most && oldest !== undefined) until.delete(oldest)
    },
  }
}
