import { stat } from 'node:fs'
import { dirname } from 'node:path'
import { isLadingError } from '@lading/errors'

/**
 * A directory with all that are missing above it. Not `node:fs`'s own `recursive`: below a directory that is there and
 * takes none (`/proc/1`), that one tries for ever.
 */
export async function makeDirectories(path: string, make: (path: string) => Promise<void>): Promise<void> {
  try {
    await make(path)
  } catch (error) {
    const above = dirname(path)
    if (isLadingError(error, 'NOT_FOUND') && above !== path) {
      await makeDirectories(above, make)
      // Once: what is missing now is no directory above it, or somebody takes them away.
      await make(path).catch((again: unknown) => unlessDirectory(path, again))
    } else await unlessDirectory(path, error)
  }
}

/** Also behind a link. */
async function unlessDirectory(path: string, error: unknown): Promise<void> {
  const isThere = await new Promise<boolean>((resolve) => {
    stat(path, (failure, found) => resolve(failure === null && found.isDirectory()))
  })
  if (!isThere) throw error
}
