import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import type { NamedTarget, Names } from '@lading/reference-store'
import { chooseImage } from './choose-image.ts'
import { holdings } from './holdings.ts'
import type { NameChoice, PrunableName } from './housekeeping.ts'
import type { Parts } from './parts.ts'
import { referrersOfNames } from './referrers-of-names.ts'
import { byDigest, describeImage } from './summarize.ts'

/** Content that is here. */
export type Listing = ReadonlyMap<Digest, { readonly size: number; readonly modifiedMs: number }>

/** The names that go: those without a tag and use (what refers to an image that stays is of use), and of the others those that the options choose. */
export async function choosePrunable(
  parts: Parts,
  names: Pick<Names, 'list' | 'foreignTargets'>,
  listing: Listing,
  { select, maxSize, signal }: NameChoice,
): Promise<readonly NamedTarget[]> {
  const all = names.list()
  const tagged = all.filter(({ reference }) => reference.tag !== undefined)
  const chosen: NamedTarget[] = []
  if (select !== undefined || maxSize !== undefined) {
    for (const named of tagged) {
      signal?.throwIfAborted()
      if (select === undefined || (await select(prunable(parts, named)))) chosen.push(named)
    }
  }
  const given = new Set(maxSize === undefined ? chosen : await untilItFits(parts, names, { listing, chosen, maxSize }))
  const staying = tagged.filter((named) => !given.has(named))
  const used = new Set(staying.map(byDigest))
  const going = all.filter((named) =>
    named.reference.tag === undefined ? !used.has(byDigest(named)) : given.has(named),
  )
  const referrers = await referrersOfNames(parts, staying, going, { signal })
  return going.filter((named) => !referrers.has(named))
}

function prunable(parts: Parts, { reference, target }: NamedTarget): PrunableName {
  let described: ReturnType<typeof describe> | undefined
  const known = (): ReturnType<typeof describe> => (described ??= describe(parts, target))
  return {
    reference,
    target,
    created: async () => (await known())?.created,
    labels: async () => {
      const image = await known()
      return image === undefined ? undefined : (image.config.config?.Labels ?? {})
    },
  }
}

async function describe(
  parts: Parts,
  target: Descriptor,
): Promise<Awaited<ReturnType<typeof describeImage>> | undefined> {
  try {
    return await describeImage(parts, await chooseImage(parts, target))
  } catch {
    return undefined
  }
}

/** The oldest of the chosen, as few as it takes. */
async function untilItFits(
  parts: Pick<Parts, 'contents' | 'images'>,
  names: Pick<Names, 'list' | 'foreignTargets'>,
  {
    listing,
    chosen,
    maxSize,
  }: { readonly listing: Listing; readonly chosen: readonly NamedTarget[]; readonly maxSize: number },
): Promise<readonly NamedTarget[]> {
  const tagged = names.list().filter(({ reference }) => reference.tag !== undefined)
  const { byTarget, holders: held } = await holdings(parts, tagged, names.foreignTargets())
  const holders = new Map(held)
  const users = new Map<Digest, number>()
  for (const { target } of tagged) users.set(target.digest, (users.get(target.digest) ?? 0) + 1)
  const sizeOf = (digest: Digest): number => listing.get(digest)?.size ?? 0
  let size = [...holders.keys()].reduce((sum, digest) => sum + sizeOf(digest), 0)

  const going: NamedTarget[] = []
  const pulled = ({ target }: NamedTarget): number => listing.get(target.digest)?.modifiedMs ?? 0
  for (const named of chosen.toSorted((one, other) => pulled(one) - pulled(other))) {
    if (size <= maxSize) break
    going.push(named)
    const { digest } = named.target
    if (release(users, digest) > 0) continue
    for (const content of byTarget.get(digest) ?? []) if (release(holders, content) === 0) size -= sizeOf(content)
  }
  return going
}

/** How many are left. */
function release(counts: Map<Digest, number>, digest: Digest): number {
  const left = (counts.get(digest) ?? 1) - 1
  counts.set(digest, left)
  return left
}
