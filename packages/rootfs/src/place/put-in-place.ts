import { lstatSync, renameSync } from 'node:fs'
import { at } from '../descriptors/at.ts'
import { interfered } from '../rootfs-error.ts'
import { codeOf, plainSystemError } from '../system-error.ts'
import { parts } from './leftovers.ts'
import { recordName } from './record.ts'
import { renameDirectory } from './rename-directory.ts'
import { inUse, type TargetDirectory } from './target-directory.ts'
import { newNameBeside } from './temporary-name.ts'

/**
 * The last steps: the old tree is moved aside, the new one is moved in, its record follows. If a process
 * is killed between two of them, the next one can finish them.
 *
 * @param options.replaces the inode of the old tree, which was checked to come from an earlier unpack
 * @throws RootfsError
 */
export function putInPlace(
  temporary: number,
  target: TargetDirectory,
  { replaces }: { readonly replaces: number | undefined },
): void {
  const { parent, name, path } = target
  const place = { directory: parent, name }
  const old = { directory: temporary, name: parts.old }
  if (replaces !== undefined) {
    try {
      // If another process has put something else there since, it stays.
      if (lstatSync(at(parent, name)).ino !== replaces) throw changed(path)
      renameDirectory(place, old)
    } catch (error) {
      throw codeOf(error) === 'ENOENT' ? changed(path, error) : plainSystemError(error, path)
    }
    if (lstatSync(at(temporary, parts.old)).ino !== replaces) {
      renameDirectory(old, place)
      throw changed(path)
    }
  }
  try {
    renameDirectory({ directory: temporary, name: parts.tree }, place, { by: newNameBeside() })
  } catch (error) {
    const code = codeOf(error)
    // Another process created something there.
    const isTaken = code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR'
    if (replaces !== undefined && !isTaken) renameDirectory(old, place)
    if (isTaken) throw inUse(path, 'it already exists', error)
    throw plainSystemError(error, path)
  }
  try {
    renameSync(at(temporary, parts.record), at(parent, recordName(name)))
  } catch (error) {
    throw plainSystemError(error, path)
  }
}

const changed = (path: string, cause?: unknown): Error =>
  interfered(path, 'it changed while it was about to be replaced', cause)
