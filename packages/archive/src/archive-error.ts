import { LadingError, nameErrors } from '@lading/errors'

/**
 * - `ARCHIVE_UNKNOWN`: neither an archive of `docker save` nor an OCI image layout.
 * - `ARCHIVE_INVALID`: it is one, and something in it is wrong: two of one document, a link where content is, a path that
 *   leads outside.
 * - `ARCHIVE_INCOMPLETE`: it names content that it does not have.
 * - `ARCHIVE_AMBIGUOUS`: two programs would find different images in it.
 * - `ARCHIVE_UNSUPPORTED`: a layout version that is not known here, or a compressed layer from before docker 1.10.
 * - `ARCHIVE_TOO_LARGE`: more than the bounds allow.
 * - `LAYOUT_BUSY`: another program writes the same layout again and again.
 * - `NOT_AN_IMAGE`: an artifact, or an index without an image, cannot be written for docker alone.
 * - `ARCHIVE_UNREADABLE`: its file cannot be opened.
 * - `ARCHIVE_SPOOL_NEEDED`: it can be read once only, from its beginning, or content of unknown digest is to go into one,
 *   and there is no place for a temporary file.
 */
export type ArchiveErrorCode =
  | 'ARCHIVE_UNKNOWN'
  | 'ARCHIVE_INVALID'
  | 'ARCHIVE_INCOMPLETE'
  | 'ARCHIVE_AMBIGUOUS'
  | 'ARCHIVE_UNSUPPORTED'
  | 'ARCHIVE_TOO_LARGE'
  | 'LAYOUT_BUSY'
  | 'NOT_AN_IMAGE'
  | 'ARCHIVE_UNREADABLE'
  | 'ARCHIVE_SPOOL_NEEDED'

/** What this package throws on purpose; what content, tar and file system throw passes through unchanged. */
export class ArchiveError extends LadingError<ArchiveErrorCode> {}

nameErrors(ArchiveError, 'ArchiveError')
