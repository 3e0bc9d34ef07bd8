import type { AbortOptions } from '@lading/clock'
import type { Amount } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { familiarString } from '@lading/reference'
import type { NamedTarget, Names } from '@lading/reference-store'
import { despiteLostLock } from './after-lost-lock.ts'
import { collect, type Collected } from './collect.ts'
import type { PruneOptions, Pruned } from './housekeeping.ts'
import { neededNow } from './needed.ts'
import type { Parts } from './parts.ts'
import { choosePrunable, type Listing } from './prunable-names.ts'
import { treesOfDoomed } from './trees-of-doomed.ts'
import { withReserve } from './with-reserve.ts'

/** Longer than a pull takes from a blob's last byte to its name, should its lease be lost. */
const defaultMinAgeMs = 10 * 60_000

type Cleared = Pick<Pruned, 'untagged' | 'deleted' | 'content' | 'uncollected'>

export function createPrune(parts: Parts): (options?: PruneOptions) => Promise<Pruned> {
  return async (options = {}) => {
    const { signal, dryRun = false } = options
    if (dryRun || !(await parts.changeable()))
      return prune(parts, { ...options, dryRun: true }, async (plan) => clear(parts, await namesAsTheyAre(parts), plan))
    return withReserve(parts, () =>
      prune(parts, options, (plan) =>
        despiteLostLock(() =>
          parts.references.update((names) => clear(parts, names, plan, (doomed) => forget(names, doomed)), { signal }),
        ),
      ),
    )
  }
}

async function prune(parts: Parts, options: PruneOptions, clearAs: (plan: Plan) => Promise<Cleared>): Promise<Pruned> {
  const { dryRun = false, minAgeMs = defaultMinAgeMs } = options
  // Before the lock, for it takes long. What comes later is none of this prune's business.
  const listing = await list(parts, options)
  const cleared = await clearAs({ listing, orphans: await olderThan(parts, listing, minAgeMs), options })
  const leftovers = await parts.contents.emptyTrash({ needed: () => neededNow(parts), quarantine: true, dryRun })
  const trash = dryRun ? leftovers.trash : minus(leftovers.trash, cleared.content)
  const all = { ...leftovers, trash }
  const freed = [cleared.content, ...Object.values(all)].reduce((sum, { bytes }: Amount) => sum + bytes, 0)
  return { ...cleared, leftovers: all, freed }
}

async function list({ contents, files }: Pick<Parts, 'contents' | 'files'>, options: AbortOptions): Promise<Listing> {
  const listing = new Map<Digest, { readonly size: number; readonly modifiedMs: number }>()
  // In a blob's place, and no file: nobody is writing it, however young it is.
  for await (const { role, kind, digest } of files())
    if (role === 'blob' && kind !== 'file' && digest !== undefined) listing.set(digest, { size: 0, modifiedMs: 0 })
  for await (const { digest, ...listed } of contents.list(options)) listing.set(digest, listed)
  return listing
}

async function olderThan(parts: Pick<Parts, 'now'>, listing: Listing, minAgeMs: number): Promise<readonly Digest[]> {
  // The clock is that of the files, which a file is written for.
  if (listing.size === 0) return []
  const youngest = (await parts.now()) - minAgeMs
  return [...listing].filter(([, { modifiedMs }]) => modifiedMs <= youngest).map(([digest]) => digest)
}

interface Plan {
  readonly listing: Listing
  readonly orphans: readonly Digest[]
  readonly options: PruneOptions
}

type NamesView = Pick<Names, 'list' | 'foreignTargets' | 'assertHeld' | 'fence'>

/** For a dry run, which changes none and needs no lock. */
async function namesAsTheyAre({ references }: Pick<Parts, 'references'>): Promise<NamesView> {
  const [named, foreign] = [await references.list(), await references.foreignTargets()]
  return { list: () => named, foreignTargets: () => foreign, assertHeld: () => Promise.resolve() }
}

async function forget(names: Names, doomed: readonly NamedTarget[]): Promise<void> {
  for (const { reference } of doomed) names.delete(reference)
  await names.save()
}

/** The order of the law: the names first, then what they named. */
async function clear(
  parts: Parts,
  names: NamesView,
  { listing, orphans, options }: Plan,
  forgetNames: (doomed: readonly NamedTarget[]) => Promise<void> = () => Promise.resolve(),
): Promise<Cleared> {
  const { dryRun = false } = options
  const doomed = await choosePrunable(parts, names, listing, options)
  const trees = await treesOfDoomed(parts, doomed)
  const gone = new Set(doomed.map(({ name }) => name))
  await forgetNames(doomed)
  const left = { ...names, list: () => names.list().filter(({ name }) => !gone.has(name)) }
  const untagged = doomed.map(({ reference }) => familiarString(reference))
  try {
    const { deleted, content } = await collect(parts, left, trees, { orphans, dryRun })
    return { untagged, deleted, content: amountOf(content, listing) }
  } catch (error) {
    // The names are gone, durably; the next one takes what is left.
    return { untagged, deleted: [], content: { files: 0, bytes: 0 }, uncollected: error }
  }
}

function amountOf(content: Collected['content'], listing: Listing): Amount {
  const here = content.flatMap((digest) => listing.get(digest) ?? [])
  return { files: here.length, bytes: here.reduce((sum, { size }) => sum + size, 0) }
}

/** Another process may have emptied some of the trash first. */
const minus = (one: Amount, other: Amount): Amount => ({
  files: Math.max(0, one.files - other.files),
  bytes: Math.max(0, one.bytes - other.bytes),
})
