import type { AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import { blobPrefix, parseBlobKey, prefixes } from '../layout.ts'
import type { ListedObject, Objects } from '../objects.ts'

/** Bytes of a blob that are in the store, whoever brought them. */
export interface StoredChunk {
  readonly key: string
  /** Of its first byte in the blob. */
  readonly offset: number
  /** In bytes. */
  readonly size: number
  /** Of the owner who brought it. */
  readonly nonce: string
}

/** One owner's attempt at a blob, as its keys tell. */
export interface Generation {
  readonly number: number
  readonly claimed: boolean
  /** Its list of chunks is there. `modifiedMs` by the clock of the store. */
  readonly done: { readonly modifiedMs: number } | undefined
  /** A collector has announced that it will be deleted, and no other: nobody adopts anything of it, or finishes it. */
  readonly forsaken: boolean
  /** In order of their offsets. */
  readonly chunks: readonly StoredChunk[]
  /** All its keys, but for those of collectors. */
  readonly keys: readonly string[]
}

/** All that the store has of one blob. */
export interface Generations {
  readonly digest: Digest
  /** In order. */
  readonly all: readonly Generation[]
  /** The last one that there is anything of. 0: none. */
  readonly top: number
  /**
   * A collector has condemned this generation and all before it; 0: none. What is condemned counts as absent for whoever
   * publishes or downloads, who adopts nothing of it. Whoever reads it reads on.
   */
  readonly condemned: number
}

/** What there is of one blob now. @throws `DigestError` */
export async function readGenerations(objects: Objects, digest: Digest, options?: AbortOptions): Promise<Generations> {
  for await (const found of grouped(objects.list(blobPrefix(digest), options))) return found
  return { digest, all: [], top: 0, condemned: 0 }
}

/** What there is of each blob, in the order of their keys. */
export function allGenerations(objects: Objects, options?: AbortOptions): AsyncIterable<Generations> {
  return grouped(objects.list(prefixes.blobs, options))
}

/** The generations that are done and count as present, newest first. */
export const presentGenerations = ({ all, condemned }: Generations): readonly Generation[] =>
  all.filter(({ number, done }) => done !== undefined && number > condemned).toReversed()

/** The generations that can be read, those first that count as present, each newest first. */
export const readableGenerations = (found: Generations): readonly Generation[] => [
  ...presentGenerations(found),
  ...found.all.filter(({ number, done }) => done !== undefined && number <= found.condemned).toReversed(),
]

interface Growing {
  number: number
  claimed: boolean
  done: { readonly modifiedMs: number } | undefined
  forsaken: boolean
  chunks: StoredChunk[]
  keys: string[]
}

const newGeneration = (number: number): Growing => ({
  number,
  claimed: false,
  done: undefined,
  forsaken: false,
  chunks: [],
  keys: [],
})

async function* grouped(listed: AsyncIterable<ListedObject>): AsyncGenerator<Generations, void, undefined> {
  let digest: Digest | undefined
  let all: Growing[] = []
  let condemned = 0
  const found = (of: Digest): Generations => ({ digest: of, all, top: all.at(-1)?.number ?? 0, condemned })
  for await (const { key, size, modifiedMs } of listed) {
    const parsed = parseBlobKey(key)
    // What others put here is none of our business.
    if (parsed === undefined) continue
    if (parsed.digest !== digest) {
      if (digest !== undefined) yield found(digest)
      digest = parsed.digest
      all = []
      condemned = 0
    }
    const { generation: number, part } = parsed
    let last = all.at(-1)
    if (last?.number !== number) all.push((last = newGeneration(number)))
    if (parsed.collector === undefined) last.keys.push(key)
    if (part === 'condemned') condemned = number
    else if (part === 'forsaken') last.forsaken = true
    else if (part === 'claim') last.claimed = true
    else if (part === 'done') last.done = { modifiedMs }
    else if (typeof part === 'object') last.chunks.push({ key, size, ...part })
  }
  if (digest !== undefined) yield found(digest)
}
