import { LadingError, nameErrors } from '@lading/errors'

/**
 * - `TAR_TRUNCATED`: the archive ended inside an entry, or without its end; or what was read is shorter than any.
 * - `TAR_CORRUPT`: the bytes break the format, or are no tar archive at all.
 * - `TAR_AMBIGUOUS`: they can be read, and widely used programs read different things.
 * - `TAR_UNSUPPORTED`: a kind of entry that no container image has: parts of archives in volumes, incremental dumps.
 * - `TAR_TOO_LARGE`: beyond one of the caller's bounds, or their defaults.
 * - `TAR_INPUT_INVALID`: what was to be written cannot be said in a tar archive.
 * - `TAR_BODY_SIZE`: a body to be written is longer or shorter than its entry's `size`.
 * - `TAR_BODY_GONE`: a body was asked for a second time, or after the next entry.
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

/** Of an archive that was read, `facts.offset` is the position in it, in bytes: the header or the record that is wrong. */
export class TarError extends LadingError<TarErrorCode> {}

nameErrors(TarError, 'TarError')

export const corrupt = (what: string, offset: number): TarError =>
  new TarError('TAR_CORRUPT', `the tar archive is broken at byte ${offset}: ${what}`, {
    offset,
    hint: 'build the archive again, or fetch it again',
  })

/** What was read is something else from its beginning. */
export const noArchive = (code: 'TAR_CORRUPT' | 'TAR_TRUNCATED', why: string, offset: number): TarError =>
  new TarError(code, `this is no tar archive: ${why}`, {
    offset,
    hint: 'is it the right file, and all of it?',
  })

export const ambiguous = (what: string, offset: number): TarError =>
  new TarError('TAR_AMBIGUOUS', `programs read the tar archive differently at byte ${offset}: ${what}`, {
    offset,
    hint: 'build the archive again with an ordinary tool',
  })

export const unsupported = (what: string, offset: number): TarError =>
  new TarError('TAR_UNSUPPORTED', `the tar archive has at byte ${offset} what is not read here: ${what}`, {
    offset,
    hint: 'build the archive again with an ordinary tool',
  })

export const truncated = (what: string, offset: number): TarError =>
  new TarError('TAR_TRUNCATED', `the tar archive ends at byte ${offset} ${what}`, {
    offset,
    hint: 'did whoever wrote it come to an end? write or fetch it again',
  })

export const beyondNumbers = (what: string, offset: number): TarError =>
  new TarError('TAR_TOO_LARGE', `the tar archive is beyond a bound at byte ${offset}: ${what} is beyond 2^53`, {
    offset,
    hint: 'build the archive again: no program here holds as much',
  })

export const tooLarge = (what: string, bound: string, offset: number): TarError =>
  new TarError('TAR_TOO_LARGE', `the tar archive is beyond a bound at byte ${offset}: ${what}`, {
    offset,
    hint: `raise ${bound}, if you trust the archive`,
  })
