import { LadingError, nameErrors, type ErrorOptions } from '@lading/errors'

/**
 * - `COMPRESSION_TRUNCATED`: the input ended inside a member or frame.
 * - `COMPRESSION_CORRUPT`: the bytes break the format.
 * - `COMPRESSION_CHECKSUM`: they decode, but not to what the trailer promises.
 * - `COMPRESSION_TRAILING_DATA`: something follows the last member or frame that is neither.
 * - `COMPRESSION_HEADER_TOO_LONG`: a gzip header beyond 1 MiB.
 * - `COMPRESSION_FORMAT_UNSUPPORTED`: bzip2 or xz.
 * - `COMPRESSION_DICTIONARY_UNSUPPORTED`: a zstd frame that needs a dictionary.
 * - `COMPRESSION_WINDOW_TOO_LARGE`: a zstd frame that wants more than 128 MiB of memory.
 * - `COMPRESSION_OUTPUT_LIMIT`, `COMPRESSION_RATIO_LIMIT`: the bounds of the caller, or their defaults.
 * - `COMPRESSION_ENGINE_MISSING`: this runtime's `node:zlib` shows no engine, and it has no threads for the public streams.
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

/** `facts.offset` is a position in the compressed input, in bytes: where reading stood when it failed. */
export class CompressionError extends LadingError<CompressionErrorCode> {
  constructor(code: CompressionErrorCode, message: string, options: ErrorOptions = {}) {
    super(code, message, { hint: 'fetch it again, or have it made again', ...options })
  }
}

nameErrors(CompressionError, 'CompressionError')
