import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { isLadingError } from '@lading/errors'
import { chmodIfAllowed } from './chmod-if-allowed.ts'
import type { FileSystem } from './file-system.ts'

/**
 * Moves a finished, verified file to where blobs are. A file of the same size that is there counts as the same blob, unless
 * `replace` says that it is known to be damaged; anything else in its place goes to the trash.
 */
export async function place(
  fs: FileSystem,
  trash: string,
  temp: string,
  target: string,
  options: { readonly size: number; readonly replace?: boolean | undefined },
): Promise<void> {
  const there = await fs.stat(target)
  if (there !== undefined) {
    if (options.replace !== true && there.kind === 'file' && there.size === options.size) {
      await fs.unlink(temp)
      return
    }
    await moveInto(fs, trash, target)
  }
  await fs.mkdir(dirname(target), { recursive: true })
  await chmodIfAllowed(fs, temp, 0o444)
  await fs.rename(temp, target)
}

/** Renames into a directory, made when it is not there, under a name of its own. The new path; `undefined`: was not there. */
export async function moveInto(fs: FileSystem, directory: string, path: string): Promise<string | undefined> {
  const to = join(directory, `${basename(path)}.${randomBytes(8).toString('hex')}`)
  for (let attempt = 0; ; attempt++) {
    try {
      await fs.rename(path, to)
      return to
    } catch (error) {
      if (!isLadingError(error, 'NOT_FOUND')) throw error
      // Either the thing or the directory is missing; the second try tells them apart.
      if (attempt > 0) return undefined
      await fs.mkdir(directory, { recursive: true })
    }
  }
}
