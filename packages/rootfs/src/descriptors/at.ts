import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import type { NameBytes } from '../tree/node.ts'

// oxlint-disable-next-line no-control-regex
const ascii = /^[\u0000-\u007f]*$/

/**
 * A name in an open directory, for calls that take a path: what `openat` and its kin do, for which Node has no call
 * (proc_pid_fd(5)). The kernel goes from the descriptor to the directory that was opened, wherever that is by now, and
 * resolves the one name in it.
 *
 * @param name without a slash; neither `.` nor `..`
 */
export function at(directory: number, name: NameBytes): string | Buffer {
  const path = `/proc/self/fd/${directory}/${name}`
  return ascii.test(name) ? path : Buffer.from(path, 'latin1')
}

const directoryFlags = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0)

/** Never through a symbolic link. @throws the system's error */
export function openDirectoryAt(directory: number, name: NameBytes): number {
  return openSync(at(directory, name), directoryFlags)
}

/** A directory by its path, which may contain links, because the caller named it. @throws the system's error */
export function openDirectory(path: string): number {
  return openSync(path, constants.O_RDONLY | (constants.O_DIRECTORY ?? 0))
}

/** Whether this system can resolve names in open directories. */
export function canResolveAt(directory: number): boolean {
  try {
    const through = openSync(`/proc/self/fd/${directory}/.`, directoryFlags)
    try {
      return fstatSync(through).ino === fstatSync(directory).ino
    } finally {
      closeSync(through)
    }
  } catch {
    return false
  }
}
