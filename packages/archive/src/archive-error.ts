import { LadingError, nameErrors } from '@lading/errors'

/**
 * - `ARCHIVE_UNKNOWN`: neither an archive of `docker save` nor an OCI image layout.
 * - `ARCHIVE_INVALID`: something in it is wrong: the same document twice, a link in the place of content, a path that
 *   points outside.
 * - `ARCHIVE_INCOMPLETE`: content that it refers to is missing.
 * - `ARCHIVE_AMBIGUOUS`: two programs would find different images in it.
 * - `ARCHIVE_UNSUPPORTED`: an unknown layout version, or a compressed layer in an archive from before docker 1.10.
 * - `ARCHIVE_TOO_LARGE`: more than the bounds allow.
 * - `LAYOUT_BUSY`: another program changes the same layout again and again.
 * - `NOT_AN_IMAGE`: an artifact, or an index without an image, cannot be written in the docker format.
 * - `ARCHIVE_UNREADABLE`: its file cannot be opened.
 * - `ARCHIVE_SPOOL_NEEDED`: it can be read only once, from its beginning, or the digest of content to be written is not known yet,
 *   and no directory for a temporary file is set.
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

/** The errors of this package; those of content, tar and the file system pass through unchanged. */
export class ArchiveError extends LadingError<ArchiveErrorCode> {}

nameErrors(ArchiveError, 'ArchiveError')
