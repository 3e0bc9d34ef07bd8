import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { isLadingError } from '@lading/errors'
import { chmodIfAllowed } from './chmod-if-allowed.ts'
import type { FileSystem } from './file-system.ts'
import type { StoreLayout } from './layout.ts'

/**
 * Moves a finished, verified file to where blobs are. A file of the same size that is there counts as the same blob,
 * unless it is the one that is known to be bad. Whatever else is in the place is replaced in one step, never moved away
 * first: another process may put the same content there between any two steps of ours, and that is good.
 *
 * @param options.instead inode of the file that is known to be bad
 */
export async function place(
  fs: FileSystem,
  { trash, quarantine }: Pick<StoreLayout, 'trash' | 'quarantine'>,
  temp: string,
  target: string,
  { size, instead }: { readonly size: number; readonly instead?: bigint | undefined },
): Promise<void> {
  const there = await fs.stat(target)
  if (there?.kind === 'file' && there.size === size && there.inode !== instead) {
    await fs.unlink(temp)
    return
  }
  if (there?.kind === 'directory') await moveDirectoryInto(fs, trash, target)
  else if (there !== undefined) await keepAside(fs, quarantine, target)
  await chmodIfAllowed(fs, temp, 0o444)
  try {
    await fs.rename(temp, target)
  } catch (error) {
    if (!isLadingError(error, 'NOT_FOUND')) throw error
    // It is the first of its algorithm, or somebody took the directory away.
    await fs.mkdir(dirname(target), { recursive: true })
    await fs.rename(temp, target)
  }
}

/** Renames into a directory, made when it is not there, under a name of its own. The new path; `undefined`: was not there. */
export async function moveInto(fs: FileSystem, directory: string, path: string): Promise<string | undefined> {
  return moveUnderNewName(fs, directory, path, fs.rename)
}

/** The same of a directory, and of nothing that took its place meanwhile. */
async function moveDirectoryInto(fs: FileSystem, directory: string, path: string): Promise<void> {
  await moveUnderNewName(fs, directory, path, fs.moveDirectory).catch((error: unknown) => {
    if (!isLadingError(error, 'NOT_A_DIRECTORY')) throw error
  })
}

async function moveUnderNewName(
  fs: FileSystem,
  directory: string,
  path: string,
  move: (from: string, to: string) => Promise<void>,
): Promise<string | undefined> {
  const to = newNameIn(directory, path)
  for (let attempt = 0; ; attempt++) {
    try {
      await move(path, to)
      return to
    } catch (error) {
      if (!isLadingError(error, 'NOT_FOUND')) throw error
      // Either the thing or the directory is missing; the second try tells them apart.
      if (attempt > 0) return undefined
      await fs.mkdir(directory, { recursive: true })
    }
  }
}

/** A second name for what is about to be replaced. Where there can be none, the good copy matters more. */
export async function keepAside(fs: FileSystem, quarantine: string, path: string): Promise<void> {
  try {
    await fs.mkdir(quarantine, { recursive: true })
    await fs.link(path, newNameIn(quarantine, path))
  } catch {
    // Gone meanwhile, no hard links, no space.
  }
}

const newNameIn = (directory: string, path: string): string =>
  join(directory, `${basename(path)}.${randomBytes(8).toString('hex')}`)

/** What of the lock a removal is told. */
export interface UnderLock {
  /** Throws when the lock was lost. */
  readonly assertHeld?: (() => Promise<void>) | undefined
  /** See `Held`. */
  readonly fence?: string | undefined
}

/**
 * Renames into `trash`, or into the fence of the lock's holder, which is not there any more once the lock was lost.
 * `false`: was not there. Without a fence what was moved is put back when the lock turns out to be lost, unless something
 * new has its place.
 */
export async function moveAway(
  fs: FileSystem,
  trash: string,
  path: string,
  { assertHeld = () => Promise.resolve(), fence }: UnderLock = {},
): Promise<boolean> {
  if (fence !== undefined) return (await moveBehind(fs, path, { fence, assertHeld })) !== undefined
  const moved = await moveInto(fs, trash, path)
  if (moved === undefined) return false
  try {
    await assertHeld()
  } catch (error) {
    await putBack(fs, moved, path)
    throw error
  }
  return true
}

/** What is at `path`, whatever it is, into the fence of the lock's holder. The new path; `undefined`: was not there. */
export async function moveBehind(
  fs: FileSystem,
  path: string,
  { fence, assertHeld }: UnderLock & { readonly fence: string },
): Promise<string | undefined> {
  const to = newNameIn(fence, path)
  try {
    await fs.rename(path, to)
    return to
  } catch (error) {
    if (!isLadingError(error, 'NOT_FOUND')) throw error
    // It is not there, or the fence is not.
    await assertHeld?.()
    return undefined
  }
}

async function putBack(fs: FileSystem, moved: string, path: string): Promise<void> {
  try {
    await fs.link(moved, path)
  } catch (error) {
    if (isLadingError(error, 'EXISTS')) return
    // No hard links here.
    await fs.rename(moved, path)
  }
}
