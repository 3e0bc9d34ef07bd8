// A process that pulls and removes, or prunes, until its time is over: see run.ts. Its orders come as JSON.
import { createPuller } from '@lading/distribution'
import { isLadingError } from '@lading/errors'
import { openStore } from '@lading/store'
import { createRandom } from '../../fuzz/random.ts'

export interface RaceOrders {
  readonly role: 'pull' | 'prune'
  readonly root: string
  readonly references: readonly string[]
  readonly seconds: number
  readonly seed: number
}

export interface RaceReport {
  /** Pulls or prunes that were done. */
  readonly done: number
  /** What went wrong, each with what it was about. */
  readonly failed: readonly string[]
  /** By prunes, in bytes. */
  readonly freed: number
}

const { role, root, references, seconds, seed } = JSON.parse(process.argv[2] ?? '{}') as RaceOrders
const random = createRandom(seed)
const store = await openStore({ root, workers: 0 })
const puller = await createPuller({ store })
const failed: string[] = []
let [done, freed] = [0, 0]

async function pullOne(): Promise<void> {
  const reference = random.pick(references)
  await puller.pull(reference, { platform: 'linux/amd64' })
  // What was said to be done is there, unless somebody removed the name since.
  await store.inspect(reference, { platform: { os: 'linux', architecture: 'amd64' } }).catch((error: unknown) => {
    if (!isLadingError(error, 'IMAGE_UNKNOWN')) throw error
  })
}

/** Whatever no name needs, however young; and sometimes names, so that there is something to take. */
async function prune(): Promise<void> {
  const pruned = await store.prune({ minAgeMs: 0, ...(random.once(3) ? { select: () => random.once(3) } : {}) })
  freed += pruned.freed
  if (pruned.uncollected !== undefined) throw pruned.uncollected
}

const end = performance.now() + seconds * 1_000
while (performance.now() < end) {
  try {
    await (role === 'pull' ? pullOne() : prune())
    done += 1
  } catch (error) {
    failed.push(`${role}: ${String(error)}`)
  }
}
await puller.close()
await store.close()
process.stdout.write(JSON.stringify({ done, failed, freed } satisfies RaceReport))
