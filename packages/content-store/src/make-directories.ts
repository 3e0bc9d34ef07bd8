import { lstat, stat, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import { isLadingError } from '@lading/errors'

/** Others may take a directory away as often as it is made; where that goes on, it is no coincidence. */
const mostAttempts = 1000

/**
 * A directory with all that are missing above it. Not `node:fs`'s own `recursive`: below a directory that is there and
 * takes none (`/proc/1`), that one tries for ever.
 */
export async function makeDirectories(path: string, make: (path: string) => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const error = await makeAll(path, make)
    if (error === undefined) return
    const there = await lookAt(path)
    if (there === 'directory') return
    // It was there, and was taken away before it was looked at.
    const wentAway = isLadingError(error, 'EXISTS') && there === 'nothing'
    if (!wentAway || attempt === mostAttempts) throw error
  }
}

async function makeAll(path: string, make: (path: string) => Promise<void>): Promise<unknown> {
  try {
    await make(path)
    return undefined
  } catch (error) {
    const above = dirname(path)
    if (!isLadingError(error, 'NOT_FOUND') || above === path) return error
    await makeDirectories(above, make)
    // Once: what is missing now is no directory above it, or somebody takes them away.
    return make(path).then(
      () => undefined,
      (again: unknown) => again,
    )
  }
}

/** Also behind a link. Whatever comes and goes meanwhile: what is said was so at one moment. */
async function lookAt(path: string): Promise<'directory' | 'something' | 'nothing'> {
  const found = (await read(stat, path)) ?? (await read(lstat, path))
  if (found === undefined) return 'nothing'
  return found.isDirectory() ? 'directory' : 'something'
}

const read = (
  look: (path: string, done: (error: unknown, found: Stats) => void) => void,
  path: string,
): Promise<Stats | undefined> =>
  new Promise((resolve) => {
    look(path, (failure, found) => resolve(failure === null ? found : undefined))
  })
