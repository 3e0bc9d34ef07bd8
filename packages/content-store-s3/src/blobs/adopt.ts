import type { AbortOptions } from '@lading/clock'
import { algorithmOf, hexOf } from '@lading/digest'
import { createHasher, digestOf, type Hasher } from '@lading/digest/hash'
import type { BlobAddress } from '@lading/content-store'
import type { Adoptable } from './adoptable.ts'
import type { ListedChunk } from './done-document.ts'
import type { Engine } from './engine.ts'
import { readAhead } from './read-ahead.ts'

/** Bytes of earlier owners that are ours now, read and hashed once more. */
export interface Adopted {
  readonly chunks: readonly ListedChunk[]
  readonly hasher: Hasher
}

/** What cannot be read any more ends it, and the blob goes on from there. */
export async function adopt(
  { objects, bounds }: Engine,
  { digest, size }: BlobAddress,
  { chunks: wanted, signal }: Pick<Adoptable, 'chunks'> & AbortOptions,
): Promise<Adopted> {
  const chunks: ListedChunk[] = []
  const hasher = createHasher(algorithmOf(digest))
  const within = wanted.filter((chunk) => chunk.offset + chunk.size <= size)
  const get = ({ key, size: maxBytes }: { readonly key: string; readonly size: number }) =>
    objects.get(key, { maxBytes, signal })
  for await (const { item, value: bytes } of readAhead(within, get, bounds.inFlight)) {
    if (bytes?.length !== item.size) break
    hasher.update(bytes)
    const upTo = hexOf(hasher.fork().digest())
    chunks.push({ key: item.key, size: item.size, sha256: hexOf(digestOf(bytes)), upTo })
  }
  return { chunks, hasher }
}
