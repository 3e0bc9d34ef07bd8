import type { Digest } from '@lading/digest'
import type { Platform } from '@lading/manifest'
import type { BlobTable, ReadBlobTable } from './summary-blobs.ts'
import type { Dependence, TargetFacts } from './target-facts.ts'

/** What a list found out of each target. Digests are places in the table. */
export type WrittenFacts = readonly WrittenTarget[]

type WrittenTarget = readonly [
  target: number,
  here: readonly number[],
  absent: readonly number[],
  /** Absent for an artifact. */
  image?: readonly [id: number, size: number, platform: Platform, created: string | null],
]

export function writtenFacts(facts: ReadonlyMap<Digest, TargetFacts>, { placeOf }: BlobTable): WrittenFacts {
  return [...facts].map(([target, { image, depends }]): WrittenTarget => {
    const { here, absent } = depends()
    const known = [placeOf(target), here.map(placeOf), absent.map(placeOf)] as const
    if (image === undefined) return known
    return [...known, [placeOf(image.id), image.size, image.platform, image.created ?? null]]
  })
}

/** Whether all of it holds while the directory lists what the table says. */
export const isOfListing = (facts: WrittenFacts, { listed }: BlobTable): boolean =>
  facts.every(
    ([target, here, absent]) =>
      [target, ...here].every((place) => place < listed) && absent.every((place) => place >= listed),
  )

const holds = ([target, here, absent]: WrittenTarget, { isHere }: ReadBlobTable): boolean =>
  isHere(target) && here.every(isHere) && !absent.some(isHere)

export const allHold = (facts: WrittenFacts, table: ReadBlobTable): boolean =>
  facts.every((written) => holds(written, table))

export function factsThatHold(written: WrittenFacts, table: ReadBlobTable): ReadonlyMap<Digest, TargetFacts> {
  const facts = new Map<Digest, TargetFacts>()
  for (const each of written) {
    if (!holds(each, table)) continue
    const [target, here, absent, image] = each
    const depends = (): Dependence => ({ here: here.map(table.digestAt), absent: absent.map(table.digestAt) })
    const found = image === undefined ? {} : { image: imageOf(image, table) }
    facts.set(table.digestAt(target), { ...found, depends, isLasting: true })
  }
  return facts
}

const imageOf = (
  [id, size, platform, created]: NonNullable<WrittenTarget[3]>,
  { digestAt }: ReadBlobTable,
): NonNullable<TargetFacts['image']> => ({
  id: digestAt(id),
  platform,
  ...(created === null ? {} : { created }),
  size,
})
