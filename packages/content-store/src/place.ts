import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { isLadingError } from '@lading/errors'
import type { FileSystem } from './file-system.ts'

/**
 * Moves a finished, verified file into `blobs/`. A file of the same size that is there counts as the same blob, unless
 * `replace` says that it is known to be damaged; anything else in its place goes to the trash.
 */
export async function place(
  fs: FileSystem,
  root: string,
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
    await moveToTrash(fs, root, target)
  }
  await fs.mkdir(dirname(target), { recursive: true })
  await fs.chmod(temp, 0o444)
  await fs.rename(temp, target)
}

/** Renames into `lading/trash` (or another directory of the same kind). The new path; `undefined`: was not there. */
export async function moveToTrash(
  fs: FileSystem,
  root: string,
  path: string,
  into: 'trash' | 'quarantine' = 'trash',
): Promise<string | undefined> {
  const directory = join(root, 'lading', into)
  const to = join(directory, `${basename(path)}.${randomBytes(8).toString('hex')}`)
  for (let attempt = 0; ; attempt++) {
    try {
      await fs.rename(path, to)
      return to
    } catch (error) {
      if (!isLadingError(error, 'NOT_FOUND')) throw error
      // Either the thing or the trash is missing; the second try tells them apart.
      if (attempt > 0) return undefined
      await fs.mkdir(directory, { recursive: true })
    }
  }
}
