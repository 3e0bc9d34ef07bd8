import type { AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import { parseBlobKey, prefixes } from '../layout.ts'
import type { ListedObject, Objects } from '../objects.ts'
import { blobLook, type BlobLook } from '../protocol/blob-look.ts'

/** A blob as it was listed with all others. */
export interface ListedBlobLook extends BlobLook {
  /** When the last of its objects was written, by the clock of the store. */
  readonly modifiedMs: number
  /** The same of each generation, markers left out. */
  readonly modifiedOf: ReadonlyMap<number, number>
}

function timesOf(listed: readonly ListedObject[]): Pick<ListedBlobLook, 'modifiedMs' | 'modifiedOf'> {
  let last = 0
  const modifiedOf = new Map<number, number>()
  for (const { key, modifiedMs } of listed) {
    last = Math.max(last, modifiedMs)
    const parsed = parseBlobKey(key)
    if (parsed === undefined || parsed.collector !== undefined) continue
    modifiedOf.set(parsed.generation, Math.max(modifiedOf.get(parsed.generation) ?? 0, modifiedMs))
  }
  return { modifiedMs: last, modifiedOf }
}

/** Every blob that there is anything of. */
export async function* allBlobs(
  objects: Objects,
  options: AbortOptions = {},
): AsyncGenerator<ListedBlobLook, void, undefined> {
  let digest: Digest | undefined
  let keys: ListedObject[] = []
  const look = (of: Digest): ListedBlobLook => ({ ...blobLook(of, 0, keys), ...timesOf(keys) })
  for await (const each of objects.list(prefixes.blobs, options)) {
    const of = parseBlobKey(each.key)?.digest
    if (of === undefined) continue
    if (of !== digest) {
      if (digest !== undefined) yield look(digest)
      keys = []
    }
    digest = of
    keys.push(each)
  }
  if (digest !== undefined) yield look(digest)
}
