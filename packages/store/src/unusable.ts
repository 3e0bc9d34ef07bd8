import { isLadingError } from '@lading/errors'

/** What is in the blob's place is no use, and a good copy may take it: damaged, or twice not readable. */
export const isUnusable = (error: unknown): boolean =>
  isLadingError(error, 'CONTENT_DAMAGED') || isLadingError(error, 'CONTENT_UNREADABLE')

/** The same, or nothing is there: it is to be fetched. */
export const isToBeFetched = (error: unknown): boolean => isLadingError(error, 'CONTENT_UNKNOWN') || isUnusable(error)

/**
 * Reading failed for a reason of this machine, and says nothing about what was to be read: no memory, no more open
 * files, a file system that was away.
 */
export const isReadFailure = (error: unknown): boolean =>
  isLadingError(error) &&
  error.name === 'ContentError' &&
  error.code !== 'CONTENT_UNKNOWN' &&
  error.code !== 'CONTENT_DAMAGED' &&
  error.code !== 'TOO_LARGE'

/** Nothing can be written here, by a mount, by permission, or on a full disk. What is here may still be all that is wanted. */
export const isWriteRefusal = (error: unknown): boolean =>
  isLadingError(error, 'PERMISSION') || isLadingError(error, 'NO_SPACE')
