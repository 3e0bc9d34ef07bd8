import { chmodSync, closeSync, constants, fstatSync, openSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs'
import { at, openDirectoryAt } from '../descriptors/at.ts'
import { codeOf } from '../system-error.ts'
import type { NameBytes } from '../tree/node.ts'

/** O_PATH of Linux, which Node does not name: a descriptor for which no permission on the directory is needed. */
const pathOnly = 0o10000000

/**
 * Removes what is at a name, with all that is in it, never through a symbolic link. What is gone already is right.
 *
 * @throws the system's error
 */
export function removeTree(parent: number, name: NameBytes): void {
  // One open directory for each level: what was made here has at most a thousand of them, and is gone level by level.
  if (removeFile(parent, name)) return
  makeAccessible(parent, name)
  let descriptor: number
  try {
    descriptor = openDirectoryAt(parent, name)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  try {
    for (const child of readdirSync(`/proc/self/fd/${descriptor}`, { encoding: 'latin1' }))
      removeTree(descriptor, child)
  } finally {
    closeSync(descriptor)
  }
  rmdirSync(at(parent, name))
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

/** Gives a directory of ours back the mode without which nothing can be done in it. */
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
