import { isLadingError } from '@lading/errors'

/** Of what a store says of content: it is not here, it is damaged, or its file cannot be read. The registry has a good one. */
export const isToBeFetched = (error: unknown): boolean =>
  isLadingError(error, 'CONTENT_UNKNOWN') ||
  isLadingError(error, 'CONTENT_DAMAGED') ||
  isLadingError(error, 'CONTENT_UNREADABLE')
