import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import type { Parts } from './parts.ts'
import type { ImageSummary } from './store.ts'
import { decodeSummary, encodeSummary, type ListOfNames, type ReadSummary } from './summary.ts'
import type { LookAtBlobs, SummaryPlace } from './summary-place.ts'
import { targetFacts, type TargetFacts } from './target-facts.ts'

/** So many targets are read anew each time: it takes some milliseconds, and nothing is written for it. */
const fewTargets = 32
/** From here on the names take longer to read than to write down once more. */
const manyTargets = 1000

/** What lists show: remembered where that still holds, and read where not. */
export interface RememberedImages {
  /** The whole list, if it is as it was. */
  readonly list?: readonly ImageSummary[] | undefined
  /** @throws what `targetFacts` throws */
  get(target: Descriptor): Promise<TargetFacts>
  /**
   * Writes down what was asked for, if that spares the next list much.
   *
   * @param list the whole of it, if nothing in it was damaged, and what its names were told by when they were read: whoever
   *   asks for that before or after them may see names that were changed and changed back meanwhile
   */
  keep(list: ListOfNames | undefined): Promise<void>
}

export async function rememberedImages(
  parts: Pick<Parts, 'contents' | 'images' | 'platform' | 'summary'>,
): Promise<RememberedImages> {
  const { platform, summary: place } = parts
  if (place === undefined) return { get: (target) => targetFacts(parts, target), keep: () => Promise.resolve() }
  const [bytes, stamp, directories] = await Promise.all([place.read(), place.stamp(), place.directories()])
  const summary = bytes === undefined ? undefined : decodeSummary(bytes, platform)
  let looked: Promise<LookAtBlobs> | undefined
  const look = (): Promise<LookAtBlobs> => (looked ??= place.look())
  const list =
    summary === undefined || stamp === undefined
      ? undefined
      : ((directories === undefined ? undefined : summary.list(stamp, directories)) ??
        (await listByLook(summary, stamp, { place, look: await look() })))
  let known: ReadonlyMap<Digest, TargetFacts> | undefined
  const used = new Map<Digest, TargetFacts>()
  let read = 0
  return {
    list,
    async get(target) {
      const { digest } = target
      known ??= summary?.facts((await look()).names) ?? new Map<Digest, TargetFacts>()
      let facts = used.get(digest) ?? known.get(digest)
      if (facts === undefined) {
        facts = await targetFacts(parts, target)
        if (facts.isLasting) read += 1
      }
      used.set(digest, facts)
      return facts
    },
    async keep(listed) {
      const facts = new Map([...used].filter(([, { isLasting }]) => isLasting))
      const whole = facts.size === used.size ? listed : undefined
      const isOutgrown = (known?.size ?? 0) > 2 * (facts.size + fewTargets)
      const isWorthIt = whole !== undefined && facts.size >= manyTargets
      if (read < fewTargets && !isOutgrown && !isWorthIt) return
      await place.write(encodeSummary({ platform, facts, list: whole }, await look()))
    },
  }
}

/** And so that the next one need not look. */
async function listByLook(
  summary: ReadSummary,
  stamp: string,
  { place, look }: { readonly place: SummaryPlace; readonly look: LookAtBlobs },
): Promise<readonly ImageSummary[] | undefined> {
  const list = summary.listOf(stamp, look.names)
  if (list !== undefined && look.directories !== undefined) await place.write(summary.withDirectories(look.directories))
  return list
}
