import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs'
import { at, openDirectoryAt } from '../descriptors/at.ts'
import { codeOf } from '../system-error.ts'
import type { NameBytes } from '../tree/node.ts'

/** O_PATH of Linux, which Node does not name: a descriptor for which no permission on the directory is needed. */
export const pathOnly = 0o10000000
/** The most directories that are open at the same time; deeper ones are moved up first. */
const deepest = 64

/**
 * Removes what is at a name, with all that is in it, without following symbolic links. What is gone already is not an error.
 *
 * @throws the system's error
 */
export function removeTree(parent: number, name: NameBytes): void {
  const names = [name]
  let brought = 0
  for (let next = names.pop(); next !== undefined; next = names.pop()) remove(parent, next, 0)

  function remove(directory: number, each: NameBytes, depth: number): void {
    if (removeFile(directory, each)) return
    makeAccessible(directory, each)
    if (depth === deepest) {
      const above = `${name}.${brought++}`
      renameSync(at(directory, each), at(parent, above))
      names.push(above)
      return
    }
    let descriptor: number
    try {
      descriptor = openDirectoryAt(directory, each)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return
      throw error
    }
    try {
      for (const child of readdirSync(`/proc/self/fd/${descriptor}`, { encoding: 'latin1' }))
        remove(descriptor, child, depth + 1)
    } finally {
      closeSync(descriptor)
    }
    rmdirSync(at(directory, each))
  }
}

/** Whether it was removed because it was not a directory. */
function removeFile(parent: number, name: NameBytes): boolean {
  try {
    unlinkSync(at(parent, name))
    return true
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') return true
    // For a directory Linux reports the first, POSIX the second.
    if (code === 'EISDIR' || code === 'EPERM') return false
    throw error
  }
}

/** Gives a directory of ours a mode with which its content can be changed. @throws the system's error */
export function makeAccessible(parent: number, name: NameBytes): void {
  let descriptor: number
  try {
    descriptor = openSync(at(parent, name), pathOnly | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  try {
    const { mode } = fstatSync(descriptor)
    // fchmod(2) does not accept such a descriptor, but chmod(2) accepts its path in /proc.
    if ((mode & 0o700) !== 0o700) chmodSync(`/proc/self/fd/${descriptor}`, (mode & 0o7777) | 0o700)
  } finally {
    closeSync(descriptor)
  }
}
