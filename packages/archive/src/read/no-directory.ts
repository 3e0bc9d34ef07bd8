import type { FileSystem } from '@lading/content-store'
import { isLadingError, printable } from '@lading/errors'
import { ArchiveError } from '../archive-error.ts'

/** Why nothing can be read at `root`: it is not a directory, or the system refuses to read it. */
export async function noDirectory(
  fs: FileSystem,
  { directory, root }: { readonly directory: string; readonly root: string },
): Promise<unknown> {
  const shown = printable(directory, 300)
  try {
    if ((await fs.readDirectory(root)) !== undefined) return undefined
    return new ArchiveError('ARCHIVE_UNREADABLE', `the directory ${shown} does not exist`, {
      path: directory,
      hint: 'check the path',
    })
  } catch (error) {
    if (!isLadingError(error, 'NOT_A_DIRECTORY')) return error
    return new ArchiveError('ARCHIVE_UNREADABLE', `${shown} is not a directory`, {
      path: directory,
      cause: error,
      hint: 'if the file is an archive, use oci-archive: or docker-archive:',
    })
  }
}
