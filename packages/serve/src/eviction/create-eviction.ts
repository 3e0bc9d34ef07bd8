import { tryParseDigest, type Digest } from '@lading/digest'
import type { Records } from '../contracts.ts'
import { chooseForEviction, type Candidate } from './choose.ts'
import type { InUse } from './in-use.ts'
import type { LastUsed } from './last-used.ts'

export interface EvictionParts {
  /** `store.served`: what has a note there was brought by a server, and nothing else is ever touched. */
  readonly records: Records
  /** `store.contents`. */
  readonly contents: { stat(digest: Digest): Promise<{ readonly size: number } | undefined> }
  /** `store.discard`: removes what nobody else needs, and tells what went. */
  readonly discard: (digests: readonly Digest[]) => Promise<readonly Digest[]>
  readonly lastUsed: LastUsed
  readonly inUse: InUse
  /** What pins keep. */
  readonly pinned: () => Promise<ReadonlySet<Digest>>
  /** How much all of it may take, in bytes, where it takes so much now. */
  readonly maxSize: (taken: number) => number | Promise<number>
}

export interface Evicted {
  /** What went, in bytes. */
  readonly bytes: number
  readonly digests: readonly Digest[]
  /** What served content takes from now on, in bytes. */
  readonly taken: number
}

/** Once there is too much, it goes down to this part of it: not for each blob anew. */
const downTo = 0.95

export interface Eviction {
  /** Makes room if there is too much. One at a time; who asks meanwhile gets the one that runs. */
  run(): Promise<Evicted>
}

export function createEviction(parts: EvictionParts): Eviction {
  /** A digest has one size for ever. */
  const sizes = new Map<Digest, number>()
  let running: Promise<Evicted> | undefined
  return {
    run: () => (running ??= evict(parts, sizes).finally(() => (running = undefined))),
  }
}

async function evict(parts: EvictionParts, sizes: Map<Digest, number>): Promise<Evicted> {
  const { records, lastUsed, inUse } = parts
  const served = await list(parts, sizes)
  const taken = sum(served)
  const maxSize = await parts.maxSize(taken)
  if (taken <= maxSize) return { bytes: 0, digests: [], taken }
  const pinned = await parts.pinned()
  const free = served.filter(({ digest }) => !pinned.has(digest) && !inUse.has(digest))
  const chosen = chooseForEviction(free, taken - Math.floor(downTo * maxSize))
  // Its note first: whoever brings it meanwhile writes another one, which the collector sees under its lock.
  for (const { digest } of chosen) await records.remove(keyOf(digest))
  const gone = new Set(await parts.discard(chosen.map(({ digest }) => digest)))
  // What did not go is somebody else's by a name or a lease, and served content no longer.
  lastUsed.forget(chosen.map(({ digest }) => digest))
  for (const { digest } of chosen) sizes.delete(digest)
  return {
    bytes: sum(chosen.filter(({ digest }) => gone.has(digest))),
    digests: [...gone],
    taken: taken - sum(chosen),
  }
}

async function list(
  { records, contents, lastUsed }: EvictionParts,
  sizes: Map<Digest, number>,
): Promise<readonly Candidate[]> {
  const served: Candidate[] = []
  for await (const key of records.keys('content')) {
    const digest = tryParseDigest(key.slice('content/'.length).replace('/', ':'))
    if (digest === undefined) continue
    const size = sizes.get(digest) ?? (await contents.stat(digest))?.size
    if (size === undefined) continue
    sizes.set(digest, size)
    served.push({ digest, size, usedAt: lastUsed.of(digest) })
  }
  const here = new Set(served.map(({ digest }) => digest))
  for (const digest of sizes.keys()) if (!here.has(digest)) sizes.delete(digest)
  return served
}

const keyOf = (digest: Digest): string => `content/${digest.replace(':', '/')}`
const sum = (all: readonly Candidate[]): number => all.reduce((total, { size }) => total + size, 0)
