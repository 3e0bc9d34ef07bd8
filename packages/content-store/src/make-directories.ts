import { lstat, stat, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import { isLadingError } from '@lading/errors'

/** Somebody may take a directory away between our finding it there and our looking at it; hardly so often in a row. */
const most = 3

/**
 * A directory with all that are missing above it. Not `node:fs`'s own `recursive`: below a directory that is there and
 * takes none (`/proc/1`), that one tries for ever.
 */
export async function makeDirectories(
  path: string,
  make: (path: string) => Promise<void>,
  attempts = most,
): Promise<void> {
  try {
    await make(path)
  } catch (error) {
    const above = dirname(path)
    if (isLadingError(error, 'NOT_FOUND') && above !== path) {
      await makeDirectories(above, make)
      // Once: what is missing now is no directory above it, or somebody takes them away.
      await make(path).catch((again: unknown) => unlessDirectory(path, again))
    } else if (isLadingError(error, 'EXISTS') && attempts > 1 && (await look(lstat, path)) === undefined)
      await makeDirectories(path, make, attempts - 1)
    else await unlessDirectory(path, error)
  }
}

/** Also behind a link. */
async function unlessDirectory(path: string, error: unknown): Promise<void> {
  if ((await look(stat, path))?.isDirectory() !== true) throw error
}

type Look = (path: string, done: (failure: Error | null, found: Stats) => void) => void

const look = (how: Look, path: string): Promise<Stats | undefined> =>
  new Promise((resolve) => {
    how(path, (failure, found) => resolve(failure === null ? found : undefined))
  })
