import { renameSync } from 'node:fs'
import { at } from '../descriptors/at.ts'
import { codeOf, plainSystemError } from '../system-error.ts'
import { parts } from './leftovers.ts'
import { recordName } from './record.ts'
import { inUse, type TargetDirectory } from './target-directory.ts'

/**
 * The last steps: the old tree goes aside, the new one comes, its record follows. A process that
 * is killed between two of them leaves what the next one can finish.
 *
 * @throws RootfsError
 */
export function putInPlace(
  temporary: number,
  target: TargetDirectory,
  { replaces }: { readonly replaces: boolean },
): void {
  const { parent, name, path } = target
  try {
    if (replaces) renameSync(at(parent, name), at(temporary, parts.old))
  } catch (error) {
    throw plainSystemError(error, path)
  }
  try {
    renameSync(at(temporary, parts.tree), at(parent, name))
  } catch (error) {
    if (replaces) renameSync(at(temporary, parts.old), at(parent, name))
    const code = codeOf(error)
    // Something came there meanwhile.
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') throw inUse(path, 'something is there', error)
    throw plainSystemError(error, path)
  }
  try {
    renameSync(at(temporary, parts.record), at(parent, recordName(name)))
  } catch (error) {
    throw plainSystemError(error, path)
  }
}
