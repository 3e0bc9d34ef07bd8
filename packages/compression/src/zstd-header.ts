import { CompressionError } from './compression-error.ts'

/** A window of 128 MiB: the default limit of the format's own tools. The decoder allocates that much. */
export const windowLogLimit = 27

/** Magic, descriptor, window, dictionary, content size: the longest header in bytes. */
export const longestHeader = 18

const dictionaryLengths = [0, 1, 2, 4] as const
const singleSegment = (descriptor: number): boolean => (descriptor & 0x20) !== 0
const dictionaryLength = (descriptor: number): number => dictionaryLengths[(descriptor & 3) as 0 | 1 | 2 | 3]
const contentSizeLength = (descriptor: number): number =>
  descriptor >> 6 === 0 ? (singleSegment(descriptor) ? 1 : 0) : 1 << (descriptor >> 6)

/** Length of a frame's header in bytes, magic included, from its descriptor byte (RFC 8878, section 3.1.1.1). */
export function headerLength(descriptor: number): number {
  return 5 + (singleSegment(descriptor) ? 0 : 1) + dictionaryLength(descriptor) + contentSizeLength(descriptor)
}

/** Little endian. */
export function littleEndian(bytes: Uint8Array, at: number, length: number): number {
  let value = 0
  for (let index = length - 1; index >= 0; index--) value = value * 256 + (bytes[at + index] as number)
  return value
}

export interface FrameFacts {
  /** One follows the last block. */
  readonly checksum: boolean
  /** Size of the output, if the header states it; above 2^53 it is inexact, but then the window's limit has refused the frame. */
  readonly contentSize: number | undefined
}

/** Parses a header. Throws if the frame cannot be decoded, or exceeds the limit. */
export function checkHeader(bytes: Uint8Array, offset: number): FrameFacts {
  const descriptor = bytes[4] as number
  if ((descriptor & 0x08) !== 0) {
    throw new CompressionError('COMPRESSION_CORRUPT', `the zstd frame at byte ${offset} sets a reserved flag`, {
      offset,
    })
  }
  const dictionaryAt = singleSegment(descriptor) ? 5 : 6
  const dictionary = littleEndian(bytes, dictionaryAt, dictionaryLength(descriptor))
  if (dictionary !== 0) {
    throw new CompressionError(
      'COMPRESSION_DICTIONARY_UNSUPPORTED',
      `the zstd frame at byte ${offset} needs dictionary ${dictionary}`,
      {
        offset,
        actual: dictionary,
        hint: 'compress the layer without a dictionary',
      },
    )
  }
  const contentSize = readContentSize(bytes, dictionaryAt + dictionaryLength(descriptor))
  const window = singleSegment(descriptor) ? (contentSize ?? 0) : windowSize(bytes[5] as number)
  if (window > 2 ** windowLogLimit) {
    throw new CompressionError(
      'COMPRESSION_WINDOW_TOO_LARGE',
      `the zstd frame at byte ${offset} needs a window of ${window} bytes`,
      {
        offset,
        expected: 2 ** windowLogLimit,
        actual: window,
        hint: `compress the layer with a window log of at most ${windowLogLimit}`,
      },
    )
  }
  return { checksum: (descriptor & 0x04) !== 0, contentSize }
}

function readContentSize(bytes: Uint8Array, at: number): number | undefined {
  const length = contentSizeLength(bytes[4] as number)
  // A size of two bytes counts from 256.
  return length === 0 ? undefined : littleEndian(bytes, at, length) + (length === 2 ? 256 : 0)
}

/** From the window's byte; a frame of a single segment has none, and its content is its window. */
function windowSize(byte: number): number {
  const base = 2 ** (10 + (byte >> 3))
  return base + (base / 8) * (byte & 7)
}
