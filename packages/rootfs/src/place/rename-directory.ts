import { chmodSync, closeSync, constants, fstatSync, openSync, renameSync } from 'node:fs'
import { at } from '../descriptors/at.ts'
import { codeOf } from '../system-error.ts'
import type { NameBytes } from '../tree/node.ts'
import { pathOnly, removeTree } from './remove-tree.ts'

/** A name in an open directory. */
export interface PlaceInDirectory {
  readonly directory: number
  readonly name: NameBytes
}

/**
 * Moves a directory to another one. Without root, the moved directory itself must be writable (rename(2), `EACCES`),
 * which root directories of images often are not: their mode is restored afterwards.
 *
 * @param options.by a name beside the target: the mode is restored there, so the target always has it, even if the
 *   process is killed. What an earlier process left there is removed.
 * @throws the system's error
 */
export function renameDirectory(
  from: PlaceInDirectory,
  to: PlaceInDirectory,
  { by }: { readonly by?: NameBytes | undefined } = {},
): void {
  const [source, target] = [at(from.directory, from.name), at(to.directory, to.name)]
  try {
    renameSync(source, target)
    return
  } catch (error) {
    if (codeOf(error) !== 'EACCES') throw error
  }
  if (by === undefined) {
    renameWritable(source, target)
    return
  }
  const beside = at(to.directory, by)
  renameWritable(source, beside)
  try {
    // Its parent stays the same.
    renameSync(beside, target)
  } catch (error) {
    removeTree(to.directory, by)
    throw error
  }
}

function renameWritable(source: string | Buffer, target: string | Buffer): void {
  const descriptor = openSync(source, pathOnly | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    // fchmod(2) does not accept such a descriptor, but chmod(2) accepts its path in /proc.
    const itself = `/proc/self/fd/${descriptor}`
    const mode = fstatSync(descriptor).mode & 0o7777
    chmodSync(itself, mode | 0o200)
    try {
      renameSync(source, target)
    } finally {
      chmodSync(itself, mode)
    }
  } finally {
    closeSync(descriptor)
  }
}
