import type { StoreFile } from '../store-files.ts'
import type { Memory } from './memory.ts'

/** All that is in a memory, by what it is there for. Its paths are for messages. */
export async function* memoryFiles({ id, blobs, records, notes }: Memory): AsyncIterable<StoreFile> {
  for (const digest of [...blobs.keys()].toSorted())
    yield { path: `${id}: ${digest}`, role: 'blob', kind: 'file', digest }
  for (const [kind, each] of records) {
    const role = kind === 'origins' || kind === 'former-diff-ids' ? 'own' : kind
    for (const digest of [...each.keys()].toSorted())
      yield { path: `${id}: ${kind} of ${digest}`, role, kind: 'file', digest }
  }
  for (const key of [...notes.keys()].toSorted()) yield { path: `${id}: note ${key}`, role: 'own', kind: 'file' }
}
