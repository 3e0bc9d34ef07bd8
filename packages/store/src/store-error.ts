import { LadingError, nameErrors } from '@lading/errors'

/**
 * - `IMAGE_UNKNOWN`: no name, image ID or start of one is this here.
 * - `IMAGE_AMBIGUOUS`: several image IDs start like this.
 * - `IMAGE_INCOMPLETE`: a name is here, and content that it needs is not.
 * - `IMAGE_DAMAGED`: a name is here, and what it points to cannot be read as an image.
 * - `PLATFORM_ABSENT`: the image is here, and not for this platform.
 * - `REFERENCE_CONFLICT`: the image has names in several repositories.
 * - `REFERENCE_HAS_DIGEST`: a tag is to be given, and the reference names a digest.
 * - `PUBLICATION_INVALID`: the documents of a publication do not lead from its target to an image.
 * - `STORE_READ_ONLY`: the store was opened for reading.
 */
export type StoreErrorCode =
  | 'IMAGE_UNKNOWN'
  | 'IMAGE_AMBIGUOUS'
  | 'IMAGE_INCOMPLETE'
  | 'IMAGE_DAMAGED'
  | 'PLATFORM_ABSENT'
  | 'REFERENCE_CONFLICT'
  | 'REFERENCE_HAS_DIGEST'
  | 'PUBLICATION_INVALID'
  | 'STORE_READ_ONLY'

/** What this package throws on purpose; what the stores below throw passes through unchanged. */
export class StoreError extends LadingError<StoreErrorCode> {}

nameErrors(StoreError, 'StoreError')
