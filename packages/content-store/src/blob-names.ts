import { join } from 'node:path'
import type { FileSystem } from './file-system.ts'
import type { StoreLayout } from './layout.ts'
import { entriesOf } from './record-directory.ts'

/** Algorithm to the hexadecimal digits of every file that is in a blob's place. */
export type BlobNames = ReadonlyMap<string, ReadonlySet<string>>

/** What is here by its name: neither sizes nor bytes are looked at. One look at a directory, however many blobs. */
export async function blobNames(fs: FileSystem, { blobs }: Pick<StoreLayout, 'blobs'>): Promise<BlobNames> {
  const found = new Map<string, ReadonlySet<string>>()
  for (const { name, kind } of await entriesOf(fs, blobs)) {
    if (kind !== 'directory') continue
    const files = new Set<string>()
    for (const entry of await entriesOf(fs, join(blobs, name))) if (entry.kind === 'file') files.add(entry.name)
    found.set(name, files)
  }
  return found
}
