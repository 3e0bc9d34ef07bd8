import { orAbort, type AbortOptions, type Clock } from '@lading/clock'
import type { Digest } from '@lading/digest'

/** Tells readers of this process that there is more of a blob, before they would look by themselves. */
export interface Changes {
  tell(digest: Digest): void
  /** Settles at the next change, and after `ms` at the latest. */
  next(digest: Digest, ms: number, options?: AbortOptions): Promise<void>
}

export function createChanges(clock: Clock): Changes {
  const waiting = new Map<Digest, Set<() => void>>()
  return {
    tell(digest) {
      for (const wake of waiting.get(digest) ?? []) wake()
    },
    async next(digest, ms, { signal } = {}) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const stop = new AbortController()
      const ended = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal])
      const all = waiting.get(digest) ?? new Set()
      waiting.set(digest, all.add(resolve))
      try {
        await orAbort(Promise.race([promise, clock.sleep(ms, { signal: ended })]), { signal })
      } finally {
        stop.abort()
        all.delete(resolve)
        if (all.size === 0) waiting.delete(digest)
      }
    },
  }
}
