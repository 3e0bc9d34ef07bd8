import { LadingError, nameErrors, type ErrorOptions } from '@lading/errors'

/**
 * - `COMPRESSION_TRUNCATED`: the input ended inside a member or frame.
 * - `COMPRESSION_CORRUPT`: the bytes violate the format.
 * - `COMPRESSION_CHECKSUM`: the decoded bytes do not match the trailer.
 * - `COMPRESSION_TRAILING_DATA`: there is other data after the last member or frame.
 * - `COMPRESSION_HEADER_TOO_LONG`: a gzip header of more than 1 MiB.
 * - `COMPRESSION_FORMAT_UNSUPPORTED`: bzip2 or xz.
 * - `COMPRESSION_DICTIONARY_UNSUPPORTED`: a zstd frame that needs a dictionary.
 * - `COMPRESSION_WINDOW_TOO_LARGE`: a zstd frame that needs a window of more than 128 MiB.
 * - `COMPRESSION_OUTPUT_LIMIT`, `COMPRESSION_RATIO_LIMIT`: the caller's limits, or their defaults, are exceeded.
 * - `COMPRESSION_ENGINE_MISSING`: this runtime's `node:zlib` does not expose its engine, and it has no threads for the public streams.
 */
export type CompressionErrorCode =
  | 'COMPRESSION_TRUNCATED'
  | 'COMPRESSION_CORRUPT'
  | 'COMPRESSION_CHECKSUM'
  | 'COMPRESSION_TRAILING_DATA'
  | 'COMPRESSION_HEADER_TOO_LONG'
  | 'COMPRESSION_FORMAT_UNSUPPORTED'
  | 'COMPRESSION_DICTIONARY_UNSUPPORTED'
  | 'COMPRESSION_WINDOW_TOO_LARGE'
  | 'COMPRESSION_OUTPUT_LIMIT'
  | 'COMPRESSION_RATIO_LIMIT'
  | 'COMPRESSION_ENGINE_MISSING'

/** `facts.offset` is the position in the compressed input where reading failed, in bytes. */
export class CompressionError extends LadingError<CompressionErrorCode> {
  constructor(code: CompressionErrorCode, message: string, options: ErrorOptions = {}) {
    super(code, message, { hint: 'download it again; if that does not help, build it again', ...options })
  }
}

nameErrors(CompressionError, 'CompressionError')
