import { amountOf, leftoversIn, nothing, plus, type Leftover, type LeftoverPlace, type Leftovers } from './leftovers.ts'

/**
 * Removes for good: what was renamed into the trash, if asked to damaged blobs that were replaced, temporary files that
 * killed processes left, and downloads without a living owner that nobody can go on with any more.
 */
export async function emptyTrash(
  place: LeftoverPlace,
  {
    quarantine = false,
    dryRun = false,
  }: { readonly quarantine?: boolean | undefined; readonly dryRun?: boolean | undefined } = {},
): Promise<Leftovers> {
  return sumOf(place, async (leftover) => {
    if (leftover.kind === 'quarantine' && !quarantine) return false
    return (await leftover.isDue()) && (dryRun || (await leftover.remove()))
  })
}

/** All that is there, for whoever wants to know where the space is. */
export async function countLeftovers(place: LeftoverPlace): Promise<Leftovers> {
  return sumOf(place, () => Promise.resolve(true))
}

async function sumOf(place: LeftoverPlace, counts: (leftover: Leftover) => Promise<boolean>): Promise<Leftovers> {
  const sums = { trash: nothing, quarantine: nothing, downloads: nothing, temporary: nothing }
  for await (const leftover of leftoversIn(place)) {
    // Before it is removed, while there is something to measure.
    const amount = await amountOf(place.fs, leftover.path)
    if (await counts(leftover)) sums[leftover.kind] = plus(sums[leftover.kind], amount)
  }
  return sums
}
