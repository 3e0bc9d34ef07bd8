import type { StoreFile } from '../store-files.ts'
import type { Memory } from './memory.ts'

/** All that is in a memory, by what it is there for. Its paths are for messages. */
export async function* memoryFiles({ id, blobs, records }: Memory): AsyncIterable<StoreFile> {
  for (const digest of [...blobs.keys()].toSorted())
    yield { path: `${id}: ${digest}`, role: 'blob', kind: 'file', digest }
  for (const [role, each] of records)
    for (const digest of [...each.keys()].toSorted())
      yield { path: `${id}: ${role} of ${digest}`, role, kind: 'file', digest }
}
