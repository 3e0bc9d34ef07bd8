import { LadingError, nameErrors } from '@lading/errors'

/**
 * - `LAYER_NAME_INVALID`: an entry's name, or a hard link's target, that leads outside the root, or a whiteout that names nothing.
 * - `LAYER_UNREADABLE`: the layer cannot be decompressed, is no tar archive, or is beyond a limit. `cause` has the
 *   `CompressionError` or the `TarError`.
 * - `LAYER_INVALID`: its entries contradict each other: a file below a file or a link of the same layer, a hard link to nothing or to
 *   a directory, a root that is no directory.
 * - `LAYER_UNSUPPORTED`: an encrypted layer.
 * - `DIFF_ID_MISMATCH`: the blob is what its digest says, and what comes out of it is not what the config says.
 * - `NOT_AN_IMAGE`: an artifact, or an index without an image.
 * - `IMAGE_INVALID`: the config does not go with the manifest.
 * - `IMAGE_INCOMPLETE`: the source has no manifest or no config of it.
 * - `FILE_NOT_FOUND`: the image has nothing at a path.
 * - `FILE_OF_ANOTHER_KIND`: a directory where a file was asked for, and the like.
 * - `FILE_TOO_LARGE`: beyond the caller's `maxBytes`.
 * - `TOO_MANY_LINKS`: symbolic links that lead to each other, or through more than 40.
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

/** What this package throws on purpose; what a source throws passes through unchanged. */
export class ImageError extends LadingError<ImageErrorCode> {}

nameErrors(ImageError, 'ImageError')
