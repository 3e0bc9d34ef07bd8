import type { FileSystem } from '@lading/content-store'
import { isLadingError, printable } from '@lading/errors'
import { ArchiveError } from '../archive-error.ts'

/** Why nothing can be read at `root`, if it is no directory at all; what the system says about reading, if it says no. */
export async function noDirectory(
  fs: FileSystem,
  { directory, root }: { readonly directory: string; readonly root: string },
): Promise<unknown> {
  const shown = printable(directory, 300)
  try {
    if ((await fs.readDirectory(root)) !== undefined) return undefined
    return new ArchiveError('ARCHIVE_UNREADABLE', `there is no directory ${shown}`, {
      path: directory,
      hint: 'is the path right?',
    })
  } catch (error) {
    if (!isLadingError(error, 'NOT_A_DIRECTORY')) return error
    return new ArchiveError('ARCHIVE_UNREADABLE', `${shown} is no directory`, {
      path: directory,
      cause: error,
      hint: 'a file may be an archive: oci-archive, docker-archive',
    })
  }
}
