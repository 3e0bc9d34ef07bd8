import type { AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import { parseBlobKey, prefixes } from '../layout.ts'
import type { ListedObject, Objects } from '../objects.ts'
import { blobLook, type BlobLook } from '../protocol/blob-look.ts'

/** A blob as it was listed with all others. */
export interface ListedBlobLook extends BlobLook {
  /** When the last of its objects was written, by the clock of the store. */
  readonly modifiedMs: number
}

/** Every blob that there is anything of. */
export async function* allBlobs(
  objects: Objects,
  options: AbortOptions = {},
): AsyncGenerator<ListedBlobLook, void, undefined> {
  let digest: Digest | undefined
  let keys: ListedObject[] = []
  const look = (of: Digest): ListedBlobLook => ({
    ...blobLook(of, 0, keys),
    modifiedMs: Math.max(...keys.map(({ modifiedMs }) => modifiedMs)),
  })
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
