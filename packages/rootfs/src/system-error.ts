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
  EROFS: 'choose a directory on a writable file system',
  EACCES: 'choose a directory that you can write to',
  EPERM: 'run it as root, or add --rootless; or choose a file system that supports this',
  EXDEV: 'choose a directory that is not a mount point, such as one inside it',
  EBUSY: 'choose a directory that is not a mount point, such as one inside it',
  ENAMETOOLONG: 'choose a file system that allows such long names',
  EIO: 'the disk may be failing: check the system log before you try again',
}

/** Errors that only another process can cause: according to the tree in memory they cannot happen. */
const others = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EEXIST', 'ENOTEMPTY', 'EISDIR'])

/** An error of the system for one path of the tree. Our own errors pass through unchanged. */
export function systemError(error: unknown, path: string): unknown {
  const code = codeOf(error)
  if (code === undefined) return error
  if (others.has(code)) return interfered(path, 'another process has changed it', error)
  return plainSystemError(error, path)
}

/** The same for a path that others may change. */
export function plainSystemError(error: unknown, path: string): unknown {
  const code = codeOf(error)
  if (code === undefined) return error
  const shown = printable(path)
  const space = full[code]
  if (space !== undefined)
    return new RootfsError('UNPACK_NO_SPACE', `${shown}: ${space}`, {
      path: shown,
      cause: error,
      hint: 'free some space, or choose a directory on another disk; all files of this attempt were removed',
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
