import type { Digest } from '@lading/digest'
import type { NamedTarget, Names } from '@lading/reference-store'
import { chooseImage } from './choose-image.ts'
import type { NameChoice, PrunableName } from './housekeeping.ts'
import type { Parts } from './parts.ts'
import { byDigest, describeImage } from './summarize.ts'
import { readTree } from './tree.ts'

/** Content that is here. */
export type Listing = ReadonlyMap<Digest, { readonly size: number; readonly modifiedMs: number }>

/** The names that go: those without a tag and use, and of the others those that the options choose. */
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
  const going = new Set(maxSize === undefined ? chosen : await untilItFits(parts, names, { listing, chosen, maxSize }))
  const used = new Set(tagged.filter((named) => !going.has(named)).map(byDigest))
  return all.filter((named) => (named.reference.tag === undefined ? !used.has(byDigest(named)) : going.has(named)))
}

function prunable(parts: Parts, { reference, target }: NamedTarget): PrunableName {
  return {
    reference,
    target,
    created: async () => {
      try {
        return (await describeImage(parts, await chooseImage(parts, target))).created
      } catch {
        return undefined
      }
    },
  }
}

/** The oldest of the chosen, as few as it takes. */
async function untilItFits(
  { contents }: Pick<Parts, 'contents'>,
  names: Pick<Names, 'list' | 'foreignTargets'>,
  {
    listing,
    chosen,
    maxSize,
  }: { readonly listing: Listing; readonly chosen: readonly NamedTarget[]; readonly maxSize: number },
): Promise<readonly NamedTarget[]> {
  const tagged = names.list().filter(({ reference }) => reference.tag !== undefined)
  const targets = new Map(
    [...tagged.map(({ target }) => target), ...names.foreignTargets()].map((at) => [at.digest, at]),
  )
  const reached = new Map<Digest, ReadonlySet<Digest>>()
  for (const [digest, target] of targets) {
    const tree = await readTree(contents, target, { damagedIsAbsent: true }).catch(() => undefined)
    reached.set(digest, tree?.reached ?? new Set([digest]))
  }
  // How many names each target has, and how many targets each content.
  const users = count([
    ...tagged.map(({ target }) => target.digest),
    ...names.foreignTargets().map(({ digest }) => digest),
  ])
  const holders = count([...reached.values()].flatMap((digests) => [...digests]))
  const sizeOf = (digest: Digest): number => listing.get(digest)?.size ?? 0
  let size = [...holders.keys()].reduce((sum, digest) => sum + sizeOf(digest), 0)

  const going: NamedTarget[] = []
  const pulled = ({ target }: NamedTarget): number => listing.get(target.digest)?.modifiedMs ?? 0
  for (const named of chosen.toSorted((one, other) => pulled(one) - pulled(other))) {
    if (size <= maxSize) break
    going.push(named)
    const { digest } = named.target
    if (release(users, digest) > 0) continue
    for (const content of reached.get(digest) ?? []) if (release(holders, content) === 0) size -= sizeOf(content)
  }
  return going
}

function count(digests: readonly Digest[]): Map<Digest, number> {
  const counts = new Map<Digest, number>()
  for (const digest of digests) counts.set(digest, (counts.get(digest) ?? 0) + 1)
  return counts
}

/** How many are left. */
function release(counts: Map<Digest, number>, digest: Digest): number {
  const left = (counts.get(digest) ?? 1) - 1
  counts.set(digest, left)
  return left
}
