import { LadingError, nameErrors, type ErrorOptions } from '@lading/errors'

/**
 * What can go wrong with bytes on disk. A text that is no digest is a `DigestError` and never touches a path.
 *
 * - `CONTENT_UNKNOWN`: no blob with this digest is here.
 * - `CONTENT_DAMAGED`: what is in a blob's place is no file, or was read whole twice and is not what its name says. It is
 *   still there: a good copy takes its place.
 * - `CONTENT_UNREADABLE`: a blob is here, and the system could not give its bytes, on two opens. It may be good.
 * - `DIGEST_MISMATCH`, `SIZE_MISMATCH`: what came is not what was announced. Nothing of it was kept.
 * - `RANGE_MISMATCH`: an answer starts elsewhere than the bytes that are here end.
 * - `INGEST_SUPERSEDED`: another process has brought the blob, or brings it faster. Asked for again, it is here or waited for.
 * - `INGEST_CLOSED`: a write after `close`, `discard` or `commit`.
 * - `TOO_LARGE`: a file is larger than the caller allowed.
 * - `NO_SPACE`: the disk, the quota or the file size limit is used up.
 * - `PERMISSION`: not allowed, or a read-only file system.
 * - `TOO_MANY_FILES`: the process or the system has no file descriptor left.
 * - `NOT_FOUND`: a file or directory that had to be there is not.
 * - `EXISTS`: an exclusive create found something there.
 * - `NOT_A_DIRECTORY`, `NOT_A_FILE`: something of another kind is in the way.
 * - `LOCK_LOST`: this process stood still so long that another one took its lock over, or, in an engine without locks, somebody else changed the same. Nothing was written.
 * - `LOCK_TIMEOUT`: another process holds the lock and has given no sign of life for long. Nothing was written.
 * - `IO_ERROR`: the operating system reported anything else.
 * - `OUTPUT_FAILED`: a file outside of the store, which the user named, cannot be written.
 * - `KEY_INVALID`: a text that is no key of a note.
 * - `ROOT_INVALID`: the directory is no store that this version can read; nothing in it was changed.
 * - `FORMAT_UNSUPPORTED`: a newer Lading wrote this store, or has upgraded it meanwhile; nothing in it was changed.
 * - `FORMAT_OUTDATED`: an older Lading wrote this store, and it has to be upgraded before it can be read; nothing in it was changed.
 */
export type ContentErrorCode =
  | 'CONTENT_UNKNOWN'
  | 'CONTENT_DAMAGED'
  | 'CONTENT_UNREADABLE'
  | 'DIGEST_MISMATCH'
  | 'SIZE_MISMATCH'
  | 'RANGE_MISMATCH'
  | 'INGEST_SUPERSEDED'
  | 'INGEST_CLOSED'
  | 'TOO_LARGE'
  | 'NO_SPACE'
  | 'PERMISSION'
  | 'TOO_MANY_FILES'
  | 'NOT_FOUND'
  | 'EXISTS'
  | 'NOT_A_DIRECTORY'
  | 'NOT_A_FILE'
  | 'LOCK_LOST'
  | 'LOCK_TIMEOUT'
  | 'IO_ERROR'
  | 'OUTPUT_FAILED'
  | 'KEY_INVALID'
  | 'ROOT_INVALID'
  | 'FORMAT_UNSUPPORTED'
  | 'FORMAT_OUTDATED'

/** Every error that this package throws on purpose. */
export class ContentError extends LadingError<ContentErrorCode> {
  constructor(code: ContentErrorCode, message: string, options: ErrorOptions = {}) {
    super(code, message, options)
  }
}

nameErrors(ContentError, 'ContentError')
