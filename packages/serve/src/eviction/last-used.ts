import { algorithmOf, hexOf, isDigest, type Digest } from '@lading/digest'
import type { Records } from '../contracts.ts'

/** When content was last served. */
export interface LastUsed {
  touch(digest: Digest): void
  /** Milliseconds since the epoch; 0: nobody remembers. */
  of(digest: Digest): number
  forget(digests: Iterable<Digest>): void
  /** Writes what has changed. What cannot be written is tried again by the next one. */
  flush(): Promise<void>
}

/** A use is written down in minutes: finer would only cost. */
const minute = 60_000

/**
 * Reads what earlier processes remembered, in a note for each first two digits: a use rewrites a 256th of all.
 * A memory: what of it is lost makes the wrong blob go, and nothing else.
 */
export async function openLastUsed(
  records: Records,
  { now = Date.now }: { readonly now?: (() => number) | undefined } = {},
): Promise<LastUsed> {
  const used = new Map<Digest, number>()
  for await (const key of records.keys('used')) {
    const bytes = await records.get(key)
    for (const [digest, minutes] of bytes === undefined ? [] : read(bytes)) used.set(digest, minutes * minute)
  }
  const changed = new Set<string>()
  return {
    touch(digest) {
      const time = Math.trunc(now() / minute) * minute
      if (used.get(digest) === time) return
      used.set(digest, time)
      changed.add(shardOf(digest))
    },
    of: (digest) => used.get(digest) ?? 0,
    forget(digests) {
      for (const digest of digests) if (used.delete(digest)) changed.add(shardOf(digest))
    },
    async flush() {
      const shards = [...changed]
      changed.clear()
      const lines = new Map<string, string[]>(shards.map((shard) => [shard, []]))
      for (const [digest, time] of used) lines.get(shardOf(digest))?.push(`${digest} ${time / minute}\n`)
      for (const shard of shards) {
        const text = lines.get(shard)?.join('') ?? ''
        try {
          await (text === '' ? records.remove(shard) : records.put(shard, new TextEncoder().encode(text)))
        } catch {
          changed.add(shard)
        }
      }
    },
  }
}

const shardOf = (digest: Digest): string => `used/${algorithmOf(digest)}-${hexOf(digest).slice(0, 2)}`

function* read(bytes: Uint8Array): Generator<readonly [Digest, number], void, undefined> {
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    const [digest = '', minutes = ''] = line.split(' ')
    if (isDigest(digest) && /^\d{1,12}$/.test(minutes)) yield [digest, Number(minutes)]
  }
}
