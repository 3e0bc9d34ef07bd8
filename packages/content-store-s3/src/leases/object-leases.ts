import { systemClock, type Clock } from '@lading/clock'
import type { Leases } from '@lading/content-store'
import { isDigest, type Digest } from '@lading/digest'
import { each } from '../each.ts'
import { isLeaseKey, prefixes } from '../layout.ts'
import type { Objects } from '../objects.ts'
import { timesOf, type Times } from '../times.ts'
import { openObjectLease } from './object-lease.ts'

export interface ObjectLeasesOptions {
  readonly objects: Objects
  readonly times?: Times | undefined
  readonly clock?: Clock | undefined
}

/** A lease as this observer has seen it. */
interface Seen {
  /** When it was first seen saying this, by our monotonic clock. */
  readonly saidMs: number
  readonly text: string
}

/**
 * Leases as objects with a heartbeat: a line for the owner, then a digest a line. Dead is whose lease said nothing new for
 * `deadMs`, by this observer's monotonic clock, while it was looked at again and again: an outage of the store ends nobody's.
 */
export function createObjectLeases({ objects, times = timesOf(), clock = systemClock }: ObjectLeasesOptions): Leases {
  let seen: ReadonlyMap<string, Seen> = new Map()

  async function look(): Promise<void> {
    const keys: string[] = []
    for await (const { key } of objects.list(prefixes.leases)) if (isLeaseKey(key)) keys.push(key)
    const found = new Map<string, Seen>()
    await each(keys, async (key) => {
      const bytes = await objects.get(key)
      if (bytes === undefined) return
      const text = new TextDecoder().decode(bytes)
      const before = seen.get(key)
      found.set(key, before?.text === text ? before : { saidMs: clock.now(), text })
    })
    seen = found
  }

  const silent = (): readonly string[] =>
    [...seen].filter(([, { saidMs }]) => clock.now() - saidMs >= times.deadMs).map(([key]) => key)

  return {
    acquire: async () => openObjectLease({ objects, times, clock }),
    async held() {
      await look()
      // Between two looks the store may not have answered, to the owner neither: it gets the whole time once more, looked at.
      for (const end = clock.now() + times.deadMs; silent().length > 0 && clock.now() < end;) {
        await clock.sleep(times.beatMs)
        await look()
      }
      const dead = new Set(silent())
      for (const key of dead) await objects.remove(key)
      const digests = new Set<Digest>()
      for (const [key, { text }] of seen)
        if (!dead.has(key)) for (const line of text.split('\n')) if (isDigest(line)) digests.add(line)
      return digests
    },
  }
}
