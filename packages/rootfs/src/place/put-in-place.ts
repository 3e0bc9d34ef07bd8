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
 * The last steps: the old tree goes aside, the new one comes, its record follows. A process that
 * is killed between two of them leaves what the next one can finish.
 *
 * @param options.replaces the inode of the old tree, of which it was found out that an unpacking made it
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
      // Whoever has put something else there since keeps it.
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
    // Something came there meanwhile.
    const isTaken = code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR'
    if (replaces !== undefined && !isTaken) renameDirectory(old, place)
    if (isTaken) throw inUse(path, 'something is there', error)
    throw plainSystemError(error, path)
  }
  try {
    renameSync(at(temporary, parts.record), at(parent, recordName(name)))
  } catch (error) {
    throw plainSystemError(error, path)
  }
}

const changed = (path: string, cause?: unknown): Error =>
  interfered(path, 'something else is there than what was to be replaced', cause)
