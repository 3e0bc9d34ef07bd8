import type { AbortOptions } from '@lading/clock'
import type { FileHandle } from '@lading/content-store'
import { listTar } from '@lading/tar'
import { createCatalogue } from './catalogue.ts'
import type { Files } from './files.ts'
import { memberPath } from './member-path.ts'
import { readHandle } from './read-handle.ts'

/**
 * The members of a tar archive in an open file: only headers are read, and the bytes of members are skipped. `close` closes
 * the file.
 *
 * @throws TarError, ArchiveError; the file stays open then
 */
export async function tarFiles(handle: FileHandle, { signal }: AbortOptions = {}): Promise<Files> {
  const { size } = await handle.stat()
  const catalogue = createCatalogue<{ readonly start: number; readonly size: number }>()
  for await (const entry of listTar({ size, read: (buffer, position) => handle.read(buffer, position) }, { signal }))
    catalogue.add(memberPath(entry.path), entry, { start: entry.bodyOffset, size: entry.size })
  return {
    paths: catalogue.paths,
    async find(asked, options) {
      const found = catalogue.find(asked, options)
      if (found === undefined) return undefined
      const { path, where } = found
      return {
        path,
        size: where.size,
        read: (from, to, how) => readHandle(handle, { path, from: where.start + from, to: where.start + to }, how),
      }
    },
    close: () => handle.close(),
  }
}
