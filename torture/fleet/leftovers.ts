import { consultBucket, type Told } from '../../packages/content-store-s3/test/oracle.ts'
import { hurriedClock } from '../../packages/content-store-s3/test/hurried-clock.ts'
import type { Cluster } from './cluster.ts'
import { openSharedStore } from './shared-store.ts'
import { fleetTimes } from './times.ts'

/** What a store may still have when nothing in it is named: what says that it is one, facts that can be made again, numbers. */
const mayStay = /^(format$|collector$|records\/|notes\/|retired\/)/

/**
 * Collects the shared store, which nobody uses now, first with all its names and then without one, and says what is wrong:
 * what is left that no name needs, and what is not as its name says.
 */
export async function collectAll(cluster: Cluster, prefix: string): Promise<readonly string[]> {
  const { client, bucket } = cluster
  const clock = hurriedClock()
  const times = { ...fleetTimes, abandonedMs: 0 }
  const store = await openSharedStore(cluster, prefix, { clock, patient: true, times })
  const look = (): Promise<Told> => consultBucket({ client, bucket, prefix })
  /** What is condemned goes, then its markers, and then what only they had kept. */
  const prune = async (all: boolean): Promise<void> => {
    for (let time = 0; time < 3; time++) {
      const { uncollected } = await store.prune({ minAgeMs: 0, ...(all ? { select: () => true } : {}) })
      if (uncollected !== undefined) throw uncollected
      await clock.sleep(fleetTimes.graceMs + 1)
    }
  }
  try {
    const wrong: string[] = []
    await prune(false)
    const named = await look()
    wrong.push(...named.violations, ...named.strays.map((key) => `${key} is left, and no name needs it`))
    for await (const key of store.served.keys('content')) await store.served.remove(key)
    await prune(true)
    const { violations, keys } = await look()
    wrong.push(...violations)
    for (const key of keys) if (!mayStay.test(key)) wrong.push(`${key} is left, and nothing is named`)
    return wrong
  } finally {
    await store.close()
  }
}
