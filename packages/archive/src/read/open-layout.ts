import { resolve } from 'node:path'
import type { AbortOptions } from '@lading/clock'
import { nodeFileSystem, type FileSystem } from '@lading/content-store'
import { isLadingError, printable } from '@lading/errors'
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
 * moment: others may write there meanwhile. Indexes in it may be partial, and lead to further indexes.
 *
 * @throws ArchiveError `ARCHIVE_UNREADABLE` where no directory is, `ARCHIVE_UNKNOWN` for one that is no layout,
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
    throw await noLayout(fs, { directory, root })
  return fileSource({ files, described, name: root })
}

async function noLayout(
  fs: FileSystem,
  { directory, root }: { readonly directory: string; readonly root: string },
): Promise<unknown> {
  const shown = printable(directory, 300)
  try {
    if ((await fs.readDirectory(root)) === undefined)
      return new ArchiveError('ARCHIVE_UNREADABLE', `there is no directory ${shown}`, {
        path: directory,
        hint: 'is the path right?',
      })
  } catch (error) {
    if (!isLadingError(error, 'NOT_A_DIRECTORY')) return error
    return new ArchiveError('ARCHIVE_UNREADABLE', `${shown} is no directory, as an OCI image layout is`, {
      path: directory,
      cause: error,
      hint: 'a file may be an archive: oci-archive, docker-archive',
    })
  }
  return new ArchiveError('ARCHIVE_UNKNOWN', `${shown} is no OCI image layout`, {
    path: directory,
    hint: `it has neither ${LAYOUT_FILE} nor ${INDEX_FILE}`,
  })
}
