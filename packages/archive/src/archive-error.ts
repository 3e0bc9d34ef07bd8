import { LadingError, nameErrors } from '@lading/errors'

/**
 * - `ARCHIVE_UNKNOWN`: neither an archive of `docker save` nor an OCI image layout.
 * - `ARCHIVE_INVALID`: it is one, and something in it is wrong: a missing document, two of one, a link where content is.
 * - `ARCHIVE_TRUNCATED`: it ends too early.
 * - `ARCHIVE_TOO_LARGE`: more than the bounds allow.
 */
export type ArchiveErrorCode = 'ARCHIVE_UNKNOWN' | 'ARCHIVE_INVALID' | 'ARCHIVE_TRUNCATED' | 'ARCHIVE_TOO_LARGE'

/** What this package throws on purpose; what content, tar and file system throw passes through unchanged. */
export class ArchiveError extends LadingError<ArchiveErrorCode> {}

nameErrors(ArchiveError, 'ArchiveError')
