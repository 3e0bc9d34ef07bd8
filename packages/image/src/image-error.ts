import { LadingError, nameErrors } from '@lading/errors'

/**
 * - `LAYER_NAME_INVALID`: an entry's name, or a hard link's target, points outside the root, or a whiteout has no name.
 * - `LAYER_UNREADABLE`: the layer cannot be decompressed, is not a tar archive, or exceeds a limit. `cause` has the
 *   `CompressionError` or the `TarError`.
 * - `LAYER_INVALID`: its entries contradict each other: a file below a file or a link of the same layer, a hard link to a missing file or to
 *   a directory, a root that is not a directory.
 * - `LAYER_UNSUPPORTED`: an encrypted layer.
 * - `DIFF_ID_MISMATCH`: the blob matches its digest, but its decompressed content does not match the config.
 * - `NOT_AN_IMAGE`: an artifact, or an index without an image.
 * - `IMAGE_INVALID`: the config does not match the manifest.
 * - `IMAGE_INCOMPLETE`: the source has no manifest or no config of it.
 * - `FILE_NOT_FOUND`: the image has nothing at a path.
 * - `FILE_OF_ANOTHER_KIND`: a directory where a file is needed, and the like.
 * - `FILE_TOO_LARGE`: the file has more than `maxBytes`.
 * - `TOO_MANY_LINKS`: symbolic links point to each other, or more than 40 follow each other.
 */
export type ImageErrorCode =
  | 'LAYER_NAME_INVALID'
  | 'LAYER_UNREADABLE'
  | 'LAYER_INVALID'
  | 'LAYER_UNSUPPORTED'
  | 'DIFF_ID_MISMATCH'
  | 'NOT_AN_IMAGE'
  | 'IMAGE_INVALID'
  | 'IMAGE_INCOMPLETE'
  | 'FILE_NOT_FOUND'
  | 'FILE_OF_ANOTHER_KIND'
  | 'FILE_TOO_LARGE'
  | 'TOO_MANY_LINKS'

/** The errors of this package; those of a source pass through unchanged. */
export class ImageError extends LadingError<ImageErrorCode> {}

nameErrors(ImageError, 'ImageError')
