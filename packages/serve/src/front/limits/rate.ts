/** How often something may happen, for each client. */
export interface Rate {
  /** `0`: now. Else in so many milliseconds, and this time did not count. */
  take(client: string): number
}

/**
 * A bucket for each client: `burst` at once, then `perMinute`. Of clients whose bucket is full again nothing is kept.
 *
 * @param options.now in milliseconds; only differences mean something
 */
export function createRate({
  burst,
  perMinute,
  now = () => performance.now(),
}: {
  readonly burst: number
  readonly perMinute: number
  readonly now?: (() => number) | undefined
}): Rate {
  const everyMs = 60_000 / perMinute
  /** When the bucket of a client is full again. */
  const full = new Map<string, number>()
  let swept = now()
  return {
    take(client) {
      const time = now()
      if (time - swept > 60_000) {
        swept = time
        for (const [each, at] of full) if (at <= time) full.delete(each)
      }
      const at = Math.max(full.get(client) ?? 0, time)
      const wait = at + everyMs - (time + burst * everyMs)
      if (wait > 0) return Math.ceil(wait)
      full.set(client, at + everyMs)
      return 0
    },
  }
}
