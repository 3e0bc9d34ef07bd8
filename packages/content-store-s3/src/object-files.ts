import type { StoreFile } from '@lading/content-store'
import { parseBlobKey, parseRecordKey } from './layout.ts'
import type { Objects } from './objects.ts'

const recordRoles: ReadonlyMap<string, StoreFile['role']> = new Map([
  ['images', 'images'],
  ['layers', 'layers'],
  ['diff-ids', 'diff-ids'],
])

const own = /^(blobs|unnamed|names|retired|leases|records|notes|clock)\/|^(format|collector)$/

/** Every object, by what it is there for. A blob is its list of chunks. */
export async function* objectFiles(objects: Objects, root: string): AsyncGenerator<StoreFile, void, undefined> {
  for await (const { key } of objects.list('')) {
    const file = { path: `${root}/${key}`, kind: 'file' } as const
    const blob = parseBlobKey(key)
    const record = parseRecordKey(key)
    const recordRole = recordRoles.get(record?.kind ?? '')
    if (blob?.part === 'done') yield { ...file, role: 'blob', digest: blob.digest }
    else if (record !== undefined && recordRole !== undefined)
      yield { ...file, role: recordRole, digest: record.digest }
    else yield { ...file, role: own.test(key) ? 'own' : 'stranger' }
  }
}
