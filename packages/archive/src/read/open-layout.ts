import { resolve } from 'node:path'
import type { AbortOptions } from '@lading/clock'
import { nodeFileSystem, type FileSystem } from '@lading/content-store'
import { printable } from '@lading/errors'
import { noDirectory } from './no-directory.ts'
import { ArchiveError } from '../archive-error.ts'
import { INDEX_FILE, LAYOUT_FILE } from '../file-names.ts'
import type { ArchiveSource } from './archive-source.ts'
import { describe, type Described } from './describe.ts'
import { directoryFiles } from './directory-files.ts'
import { fileSource } from './file-source.ts'
import { membersOf } from './members-of-files.ts'

export interface OpenLayoutOptions extends AbortOptions {
  /** Default: this machine's. */
  readonly fs?: FileSystem | undefined
}

/**
 * An OCI image layout directory as a source (image-spec, image-layout.md). Its names are those of `index.json` at each
 * moment: others may write to it at the same time. Indexes in it may be partial, and refer to further indexes.
 *
 * @throws ArchiveError `ARCHIVE_UNREADABLE` if there is no directory, `ARCHIVE_UNKNOWN` if it is not a layout,
 *   `ARCHIVE_UNSUPPORTED`
 */
export async function openLayout(
  directory: string,
  { fs = nodeFileSystem(), signal }: OpenLayoutOptions = {},
): Promise<ArchiveSource> {
  signal?.throwIfAborted()
  const root = resolve(directory)
  const files = directoryFiles(fs, root)
  const members = membersOf(files)
  const described = (options?: AbortOptions): Promise<Described> => describe(members, options)
  if ((await files.find(INDEX_FILE)) === undefined && (await files.find(LAYOUT_FILE)) === undefined)
    throw (await noDirectory(fs, { directory, root })) ?? noLayout(directory)
  return fileSource({ files, described, name: root })
}

function noLayout(directory: string): ArchiveError {
  return new ArchiveError('ARCHIVE_UNKNOWN', `${printable(directory, 300)} is not an OCI image layout`, {
    path: directory,
    hint: `it has neither ${LAYOUT_FILE} nor ${INDEX_FILE}`,
  })
}
