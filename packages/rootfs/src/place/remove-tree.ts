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
/** Directories that are open at one time; what is deeper is brought up first. */
const deepest = 64

/**
 * Removes what is at a name, with all that is in it, never through a symbolic link. What is gone already is right.
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

/** Whether there is nothing left: it was no directory. */
function removeFile(parent: number, name: NameBytes): boolean {
  try {
    unlinkSync(at(parent, name))
    return true
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') return true
    // Of a directory: Linux says the one, POSIX the other.
    if (code === 'EISDIR' || code === 'EPERM') return false
    throw error
  }
}

/** Gives a directory of ours back the mode without which nothing can be done in it. @throws the system's error */
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
    // fchmod(2) takes no such descriptor; its path in /proc is the directory itself.
    if ((mode & 0o700) !== 0o700) chmodSync(`/proc/self/fd/${descriptor}`, (mode & 0o7777) | 0o700)
  } finally {
    closeSync(descriptor)
  }
}
