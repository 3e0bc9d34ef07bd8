import { LadingError, nameErrors } from '@lading/errors'

/**
 * - `TAR_TRUNCATED`: the archive ended inside an entry, or without its end; or it is shorter than any archive.
 * - `TAR_CORRUPT`: the bytes violate the format, or are not a tar archive at all.
 * - `TAR_AMBIGUOUS`: widely used programs read different entries from it.
 * - `TAR_UNSUPPORTED`: a kind of entry that no container image has: parts of archives in volumes, incremental dumps.
 * - `TAR_TOO_LARGE`: one of the caller's limits, or their defaults, is exceeded.
 * - `TAR_INPUT_INVALID`: an entry to be written cannot be stored in a tar archive.
 * - `TAR_BODY_SIZE`: a body to be written is longer or shorter than its entry's `size`.
 * - `TAR_BODY_GONE`: a body was requested a second time, or after the next entry.
 */
export type TarErrorCode =
  | 'TAR_TRUNCATED'
  | 'TAR_CORRUPT'
  | 'TAR_AMBIGUOUS'
  | 'TAR_UNSUPPORTED'
  | 'TAR_TOO_LARGE'
  | 'TAR_INPUT_INVALID'
  | 'TAR_BODY_SIZE'
  | 'TAR_BODY_GONE'

/** When reading, `facts.offset` is the position of the wrong header or record in the archive, in bytes. */
export class TarError extends LadingError<TarErrorCode> {}

nameErrors(TarError, 'TarError')

export const corrupt = (what: string, offset: number): TarError =>
  new TarError('TAR_CORRUPT', `the tar archive is broken at byte ${offset}: ${what}`, {
    offset,
    hint: 'build the archive again, or download it again',
  })

/** The input is not a tar archive from its beginning. */
export const noArchive = (code: 'TAR_CORRUPT' | 'TAR_TRUNCATED', why: string, offset: number): TarError =>
  new TarError(code, `this is not a tar archive: ${why}`, {
    offset,
    hint: 'check that it is the right file, and complete',
  })

export const ambiguous = (what: string, offset: number): TarError =>
  new TarError('TAR_AMBIGUOUS', `programs read the tar archive differently at byte ${offset}: ${what}`, {
    offset,
    hint: 'build the archive again with an ordinary tool',
  })

export const unsupported = (what: string, offset: number): TarError =>
  new TarError('TAR_UNSUPPORTED', `the tar archive has an unsupported part at byte ${offset}: ${what}`, {
    offset,
    hint: 'build the archive again with an ordinary tool',
  })

export const truncated = (what: string, offset: number): TarError =>
  new TarError('TAR_TRUNCATED', `the tar archive ends at byte ${offset} ${what}`, {
    offset,
    hint: 'it is cut off: write it again, or download it again',
  })

export const beyondNumbers = (what: string, offset: number): TarError =>
  new TarError('TAR_TOO_LARGE', `the tar archive exceeds a limit at byte ${offset}: ${what} is more than 2^53`, {
    offset,
    hint: 'build the archive again: numbers this large are not supported',
  })

export const tooLarge = (what: string, bound: string, offset: number): TarError =>
  new TarError('TAR_TOO_LARGE', `the tar archive exceeds a limit at byte ${offset}: ${what}`, {
    offset,
    hint: `raise ${bound}, if you trust the archive`,
  })
