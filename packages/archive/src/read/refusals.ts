import { printable } from '@lading/errors'
import { ArchiveError } from '../archive-error.ts'

export const tooLarge = (
  { path, size }: { readonly path: string; readonly size: number },
  maxBytes: number,
): ArchiveError =>
  new ArchiveError(
    'ARCHIVE_TOO_LARGE',
    `${printable(path, 300)} has ${size} bytes; at most ${maxBytes} are read of a document`,
    {
      path: printable(path, 300),
      expected: maxBytes,
      actual: size,
      hint: 'no honest archive is like this',
    },
  )

export const tooManyMembers = (count: number): ArchiveError =>
  new ArchiveError('ARCHIVE_TOO_LARGE', `the archive has more than ${count} members`, {
    expected: count,
    hint: 'no honest archive of images is like this; of a file system, build an image',
  })

export const notPlain = (path: string, what: string): ArchiveError =>
  new ArchiveError('ARCHIVE_INVALID', `${printable(path, 300)} is ${what}`, {
    path: printable(path, 300),
    hint: 'nothing of it was taken. Have it written again, by docker save, podman save or lading save',
  })

export const incomplete = (path: string, whose: string): ArchiveError =>
  new ArchiveError('ARCHIVE_INCOMPLETE', `${printable(path, 300)}, ${whose}, is not there`, {
    path: printable(path, 300),
    hint: 'it was not written to its end, or left something out: have it written again',
  })

/** The archive's own file: nothing of it is known. */
export const unreadable = (path: string, cause: Error): ArchiveError =>
  new ArchiveError('ARCHIVE_UNREADABLE', cause.message, {
    path,
    cause,
    hint: 'is the path right, and may you read what is there?',
  })
