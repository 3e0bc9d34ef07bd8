import { LadingError, nameErrors } from '@lading/errors'

/**
 * - `LAYER_NAME_INVALID`: an entry's name, or a hard link's target, that leads outside the root, or a whiteout that names nothing.
 * - `LAYER_UNREADABLE`: the layer cannot be decompressed, is no tar archive, or is beyond a limit. `cause` has the
 *   `CompressionError` or the `TarError`.
 * - `LAYER_UNSUPPORTED`: an encrypted layer.
 * - `DIFF_ID_MISMATCH`: the blob is what its digest says, and what comes out of it is not what the config says.
 */
export type ImageErrorCode = 'LAYER_NAME_INVALID' | 'LAYER_UNREADABLE' | 'LAYER_UNSUPPORTED' | 'DIFF_ID_MISMATCH'

/** What this package throws on purpose; what a source throws passes through unchanged. */
export class ImageError extends LadingError<ImageErrorCode> {}

nameErrors(ImageError, 'ImageError')
