import { isLadingError, printable } from '@lading/errors'
import { interfered, RootfsError } from './rootfs-error.ts'

const full: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file size limit is reached',
}

const hints: Readonly<Record<string, string>> = {
  EMFILE: 'raise the limit of open files (ulimit -n)',
  ENFILE: 'close other programs, or raise fs.file-max',
  EROFS: 'choose a directory on a file system that can be written to',
  EACCES: 'choose a directory that you may write to',
  EPERM: 'run it as root, or add --rootless; or choose a file system that can hold this',
  EXDEV: 'choose a directory that is no mount point: one inside of it will do',
  EBUSY: 'choose a directory that is no mount point: one inside of it will do',
  ENAMETOOLONG: 'choose a file system that has names as long as these',
  EIO: 'the disk may be failing: check the system log before you try again',
}

/** Of what only somebody else can have done: the memory of the tree says that it cannot be. */
const others = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EEXIST', 'ENOTEMPTY', 'EISDIR'])

/** What the system said about one path of the tree. What is an error of ours already passes through unchanged. */
export function systemError(error: unknown, path: string): unknown {
  const code = codeOf(error)
  if (code === undefined) return error
  if (others.has(code)) return interfered(path, 'it is not as it was left', error)
  return plainSystemError(error, path)
}

/** The same of a path that others may change as they like. */
export function plainSystemError(error: unknown, path: string): unknown {
  const code = codeOf(error)
  if (code === undefined) return error
  const shown = printable(path)
  const space = full[code]
  if (space !== undefined)
    return new RootfsError('UNPACK_NO_SPACE', `${shown}: ${space}`, {
      path: shown,
      cause: error,
      hint: 'free some space, or choose a directory on another disk: nothing was left behind',
    })
  const { syscall = 'call' } = error as NodeJS.ErrnoException
  return new RootfsError('UNPACK_FAILED', `${shown}: ${syscall} failed with ${code}`, {
    path: shown,
    cause: error,
    hint: hints[code],
  })
}

export function codeOf(error: unknown): string | undefined {
  if (isLadingError(error)) return undefined
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined
}
