import { closeSync, constants, fstatSync, openSync, unlinkSync } from 'node:fs'
import { at } from '../descriptors/at.ts'

/** What a new file gets by default where the tree is written, so that only differences are set. */
export interface NewFiles {
  readonly uid: number
  readonly gid: number
  /** Bits of a mode that are kept when a file is made: all but the umask's. */
  readonly modeMask: number
}

const name = 'probe'

/** Found with a file that is created and removed: mounts, set-group-ID directories and servers have their own rules. @throws the system's error */
export function probeNewFiles(directory: number): NewFiles {
  const path = at(directory, name)
  const descriptor = openSync(
    path,
    constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW,
    0o777,
  )
  try {
    const { uid, gid, mode } = fstatSync(descriptor)
    return { uid, gid, modeMask: mode & 0o777 }
  } finally {
    closeSync(descriptor)
    unlinkSync(path)
  }
}
