import type { Origin } from '@lading/content'
import { openRecord, sealRecord, type OpenRecords } from '@lading/content-store'
import { tryParseDigest, type Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'

/** Which repositories have which content, as far as this store was told: hints for who wants to mount it, and never a truth. */
export interface Origins {
  /** A repository has these. What cannot be kept is forgotten: nothing depends on it. */
  remember(origin: Origin, content: Iterable<Digest>): Promise<void>
  /** The repositories at a host that have content, those told of last first; none where that cannot be read. */
  at(host: string): Promise<ReadonlyMap<Digest, readonly Origin[]>>
}

/** How many are remembered; the oldest are forgotten. */
interface Bounds {
  readonly repositories: number
  /** In each. */
  readonly digests: number
}
const bounds: Bounds = { repositories: 512, digests: 2000 }
/** Of a record, in bytes: as many digests as it may have, of the longest kind. */
const recordLimit = 512 * 1024

interface OriginRecord extends Origin {
  readonly content: readonly Digest[]
  readonly toldMs: number
}

/** Of an engine that remembers none. */
export const noOrigins: Origins = { remember: () => Promise.resolve(), at: () => Promise.resolve(new Map()) }

/** @param prepare before the first write: the place is made a store */
export function createOrigins(open: OpenRecords, prepare: () => Promise<void>, most: Bounds = bounds): Origins {
  const records = open<OriginRecord>('origins', { maxBytes: recordLimit, parse: parseRecord, durable: false })

  async function write(origin: Origin, content: ReadonlySet<Digest>): Promise<void> {
    const key = keyOf(origin)
    const before = await records.get(key)
    const known = new Set(before?.content)
    if ([...content].every((digest) => known.has(digest))) return
    const all = [...new Set([...content, ...known])].slice(0, most.digests)
    await prepare()
    await records.put(key, sealRecord({ ...origin, content: all, toldMs: Date.now() }))
    if (before === undefined) await forgetOldest()
  }

  async function forgetOldest(): Promise<void> {
    const all: OriginRecord[] = []
    for await (const record of records.list()) all.push(record)
    const old = all.toSorted((one, other) => other.toldMs - one.toldMs).slice(most.repositories)
    for (const record of old) await records.remove(keyOf(record))
  }

  return {
    async remember({ host, repository }, content) {
      try {
        await write({ host, repository }, new Set(content))
      } catch {
        // A hint that cannot be written is none: a full disk, a root of others.
      }
    },
    async at(host) {
      const found: OriginRecord[] = []
      try {
        for await (const record of records.list()) if (record.host === host) found.push(record)
      } catch {
        // Without hints everything goes on, slower.
      }
      const origins = new Map<Digest, Origin[]>()
      for (const { content, repository } of found.toSorted((one, other) => other.toldMs - one.toldMs))
        for (const digest of content) origins.set(digest, [...(origins.get(digest) ?? []), { host, repository }])
      return origins
    },
  }
}

const keyOf = ({ host, repository }: Origin): Digest => digestOf(new TextEncoder().encode(`${host}/${repository}`))

function parseRecord(bytes: Uint8Array, key: Digest): OriginRecord | undefined {
  const { host, repository, content, toldMs } = openRecord(bytes)
  if (typeof host !== 'string' || typeof repository !== 'string' || typeof toldMs !== 'number') return undefined
  if (!Array.isArray(content) || keyOf({ host, repository }) !== key) return undefined
  const digests = content.map((each: unknown) => (typeof each === 'string' ? tryParseDigest(each) : undefined))
  return { host, repository, toldMs, content: digests.filter((digest) => digest !== undefined) }
}
