import { isLadingError, printable } from '@lading/errors'
import { ContentError, type ContentErrorCode } from './content-error.ts'

interface Meaning {
  readonly code: ContentErrorCode
  readonly says: string
  readonly hint?: string
}

const noSpace = 'free some space (lading prune, lading rmi) and run it again; downloads resume'
const permission = 'check who owns the directory, or choose another one with --root'

const meanings: Readonly<Record<string, Meaning>> = {
  ENOSPC: { code: 'NO_SPACE', says: 'no space left', hint: noSpace },
  EDQUOT: { code: 'NO_SPACE', says: 'the disk quota is used up', hint: noSpace },
  EFBIG: {
    code: 'NO_SPACE',
    says: 'the file size limit is reached',
    hint: 'raise the limit (ulimit -f), or choose a file system that allows files this large',
  },
  EACCES: { code: 'PERMISSION', says: 'permission denied', hint: permission },
  EPERM: { code: 'PERMISSION', says: 'operation not permitted', hint: permission },
  EROFS: {
    code: 'PERMISSION',
    says: 'the file system is read-only',
    hint: 'mount it writable, or choose another directory with --root',
  },
  EMFILE: {
    code: 'TOO_MANY_FILES',
    says: 'too many open files',
    hint: 'raise the limit (ulimit -n) or run fewer pulls at once',
  },
  ENFILE: {
    code: 'TOO_MANY_FILES',
    says: 'too many open files in the system',
    hint: 'close other programs, or raise fs.file-max',
  },
  ENOENT: { code: 'NOT_FOUND', says: 'no such file or directory' },
  EEXIST: { code: 'EXISTS', says: 'already exists' },
  ENOTEMPTY: { code: 'EXISTS', says: 'the directory is not empty' },
  ENAMETOOLONG: {
    code: 'IO_ERROR',
    says: 'the name is too long',
    hint: 'choose a shorter path for the store with --root',
  },
  ENOTDIR: {
    code: 'NOT_A_DIRECTORY',
    says: 'not a directory',
    hint: 'a file is in the place of a directory: move it away, or choose another directory',
  },
  EISDIR: { code: 'NOT_A_FILE', says: 'is a directory' },
  ELOOP: { code: 'NOT_A_FILE', says: 'is a symbolic link' },
  EIO: {
    code: 'IO_ERROR',
    says: 'input/output error',
    hint: 'the disk may be failing: check the system log before you try again',
  },
}

/**
 * The `ContentError` for what the operating system said about `path` during `operation` (`write`, `rename` …).
 * A `ContentError` passes through unchanged.
 */
export function fileSystemError(error: unknown, operation: string, path: string): ContentError {
  if (isLadingError(error) && error.name === 'ContentError') return error as ContentError
  const errno = (error as { code?: unknown } | null)?.code
  const meaning = typeof errno === 'string' ? meanings[errno] : undefined
  const { code, says, hint } = meaning ?? {
    code: 'IO_ERROR' as const,
    says: typeof errno === 'string' ? errno : String(error),
    hint: undefined,
  }
  return new ContentError(code, `${operation} ${printable(path)}: ${printable(says)}`, { path, cause: error, hint })
}
