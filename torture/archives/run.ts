import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCanaries } from '../../packages/rootfs/test/hostile/canaries.ts'
import { modelOutcome, unpackedOutcome } from '../../packages/rootfs/test/hostile/outcomes.ts'
import { sequence, sequences, WHOLE } from '../../packages/rootfs/test/hostile/sequences.ts'
import { asViewed, viewOutcome } from '../../packages/rootfs/test/hostile/view-outcome.ts'

export interface ArchivesRun {
  /** Images at least, of all that have up to four entries, at even distances. */
  readonly count: number
  readonly say: (line: string) => void
}

/**
 * Images of up to four entries over the whole alphabet: what unpacking makes of each, what the merged view shows and what the
 * model says are the same, and nothing around the root changes.
 */
export async function runArchives({ count, say }: ArchivesRun): Promise<boolean> {
  const zone = await mkdtemp(join(tmpdir(), 'lading-archives-'))
  try {
    const canaries = createCanaries(zone)
    const all = sequences(WHOLE)
    const step = Math.max(1, Math.floor(all / count))
    let [tried, refused, wrong] = [0, 0, 0]
    for (let index = 0; index < all; index += step) {
      const layers = sequence(index, WHOLE)
      const expected = await modelOutcome(layers, { times: true })
      const unpacked = await unpackedOutcome(layers, join(canaries.inside, 'root'), { times: true })
      const view = await viewOutcome(layers, { times: true })
      const changes = canaries.changes()
      tried += 1
      if (typeof expected === 'string') refused += 1
      // What an upper layer hides may lead nowhere: it is not looked for.
      const isViewed = same(view, asViewed(expected)) || (expected === 'link' && typeof view !== 'string')
      if (same(unpacked, expected) && isViewed && changes.length === 0) continue
      wrong += 1
      if (wrong <= 10) say(JSON.stringify({ index, expected, unpacked, view, changes }))
    }
    say(`${tried} images of ${all}: ${refused} refused, ${wrong} wrong`)
    return wrong === 0 && tried >= Math.min(count, all)
  } finally {
    await rm(zone, { recursive: true })
  }
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
