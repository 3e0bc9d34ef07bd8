import type { AbortOptions } from '@lading/clock'
import type { BlobAddress } from '@lading/content-store'
import { adopt, type Adopted } from './adopt.ts'
import { adoptableOf, nothingToAdopt } from './adoptable.ts'
import { presentIn } from './documents.ts'
import type { Engine } from './engine.ts'
import { readGenerations, type Generations } from './generations.ts'
import { claimGeneration, type OwnGeneration } from './own-generation.ts'
import { watchOwner } from './watch-owner.ts'
import { watchRival } from './watch-rival.ts'

/** A blob that is ours to bring. */
export interface Started {
  readonly own: OwnGeneration
  readonly adopted: Adopted
  readonly validator: string | undefined
  readonly source: string | undefined
}

interface Options extends AbortOptions {
  /** Copies up to this generation do not count. */
  readonly instead: number
  /** Nothing is adopted. */
  readonly fresh: boolean
  /** Whether an owner that is slow is overtaken. */
  readonly yields: boolean
}

/**
 * Waits while another owner has the blob, and goes on where a dead one ended, or one that is slow has got to. `undefined`: it is
 * here.
 */
export async function startIngest(
  engine: Engine,
  blob: BlobAddress,
  { instead, fresh, yields, signal }: Options,
): Promise<Started | undefined> {
  const { objects, times, clock, age } = engine
  const { digest, size } = blob
  const brings = watchOwner(objects, digest, engine)
  const outrun = watchRival(engine, blob)
  const isHere = async (found: Generations): Promise<boolean> =>
    (await presentIn(engine, found, { after: instead, signal }))?.size === size

  for (;;) {
    signal?.throwIfAborted()
    const seenMs = age()
    const found = await readGenerations(objects, digest, { signal })
    if (await isHere(found)) return undefined
    const overtakes = isTaken(found) && (await brings(found.top, { signal }))
    if (overtakes && !((await outrun(found, { signal })) && yields)) {
      await clock.sleep(times.pollMs, { signal })
      continue
    }
    const number = found.top + 1
    const own = await claimGeneration(engine, { digest, number, fresh, overtakes, seenMs, signal })
    if (own === undefined) continue
    try {
      // What others do from now on they do knowing that it is ours, so what they did before is to be seen now.
      const now = found.top > 0 ? await readGenerations(objects, digest, { signal }) : found
      if (!(found.top > 0 && (await isHere(now)))) {
        const adoptable =
          fresh || found.top === 0 ? nothingToAdopt : await adoptableOf(objects, now, { before: number, signal })
        const { validator, source } = adoptable
        return { own, adopted: await adopt(engine, blob, { ...adoptable, signal }), validator, source }
      }
      await own.end('discarded')
      return undefined
    } catch (error) {
      await own.end('closed').catch(() => {})
      throw error
    }
  }
}

/** Whether the newest generation is on its way, as far as its keys tell. */
export function isTaken({ all, top, condemned }: Generations): boolean {
  const last = all.at(-1)
  return last !== undefined && top > condemned && last.claimed && last.done === undefined && !last.forsaken
}
