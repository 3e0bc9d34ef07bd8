import { printable } from '@lading/errors'
import { ArchiveError } from '../archive-error.ts'

export const tooLarge = (
  { path, size }: { readonly path: string; readonly size: number },
  maxBytes: number,
): ArchiveError =>
  new ArchiveError(
    'ARCHIVE_TOO_LARGE',
    `${printable(path, 300)} has ${size} bytes, more than the limit of ${maxBytes} for a document`,
    {
      path: printable(path, 300),
      expected: maxBytes,
      actual: size,
      hint: 'ordinary tools do not write such archives: do not trust it',
    },
  )

export const tooManyMembers = (count: number): ArchiveError =>
  new ArchiveError('ARCHIVE_TOO_LARGE', `the archive has more than ${count} members`, {
    expected: count,
    hint: 'archives of images are smaller than this; to load a file system, build an image of it',
  })

export const notPlain = (path: string, what: string): ArchiveError =>
  new ArchiveError('ARCHIVE_INVALID', `${printable(path, 300)} is ${what}`, {
    path: printable(path, 300),
    hint: 'nothing of the archive was loaded: write it again with docker save, podman save or lading save',
  })

export const incomplete = (path: string, whose: string): ArchiveError =>
  new ArchiveError('ARCHIVE_INCOMPLETE', `${printable(path, 300)}, ${whose}, is missing`, {
    path: printable(path, 300),
    hint: 'the archive is cut off, or its writer left something out: write it again',
  })

/** The archive's own file cannot be read. */
export const unreadable = (path: string, cause: Error): ArchiveError =>
  new ArchiveError('ARCHIVE_UNREADABLE', cause.message, {
    path,
    cause,
    hint: 'check the path, and that you have permission to read it',
  })
