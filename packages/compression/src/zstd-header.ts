import { CompressionError } from './compression-error.ts'

/** A window of 128 MiB: what the format's own tools accept without being asked. The decoder allocates that much. */
export const windowLogLimit = 27

/** Magic, descriptor, window, dictionary, content size: the longest header in bytes. */
export const longestHeader = 18

const dictionaryLengths = [0, 1, 2, 4] as const
const singleSegment = (descriptor: number): boolean => (descriptor & 0x20) !== 0
const dictionaryLength = (descriptor: number): number => dictionaryLengths[(descriptor & 3) as 0 | 1 | 2 | 3]
const contentSizeLength = (descriptor: number): number => (descriptor >> 6 === 0 ? (singleSegment(descriptor) ? 1 : 0) : 1 << (descriptor >> 6))

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

/** Throws unless the frame can be decoded, and within the bound. Returns whether a checksum follows the last block. */
export function checkHeader(bytes: Uint8Array, offset: number): { readonly checksum: boolean } {
  const descriptor = bytes[4] as number
  if ((descriptor & 0x08) !== 0) {
    throw new CompressionError('COMPRESSION_CORRUPT', `the zstd frame at byte ${offset} sets a reserved flag`, { offset })
  }
  const dictionaryAt = singleSegment(descriptor) ? 5 : 6
  const dictionary = littleEndian(bytes, dictionaryAt, dictionaryLength(descriptor))
  if (dictionary !== 0) {
    throw new CompressionError('COMPRESSION_DICTIONARY_UNSUPPORTED', `the zstd frame at byte ${offset} needs dictionary ${dictionary}`, {
      offset, actual: dictionary, hint: 'compress the layer without a dictionary',
    })
  }
  const window = windowSize(bytes, dictionaryAt + dictionaryLength(descriptor))
  if (window > 2 ** windowLogLimit) {
    throw new CompressionError('COMPRESSION_WINDOW_TOO_LARGE', `the zstd frame at byte ${offset} wants a window of ${window} bytes`, {
      offset, expected: 2 ** windowLogLimit, actual: window, hint: `compress the layer with a window log of at most ${windowLogLimit}`,
    })
  }
  return { checksum: (descriptor & 0x04) !== 0 }
}

function windowSize(bytes: Uint8Array, contentSizeAt: number): number {
  const descriptor = bytes[4] as number
  if (singleSegment(descriptor)) {
    // Without a window of its own a frame uses one of its content's size; a size of two bytes counts from 256.
    const length = contentSizeLength(descriptor)
    return littleEndian(bytes, contentSizeAt, length) + (length === 2 ? 256 : 0)
  }
  const byte = bytes[5] as number
  const base = 2 ** (10 + (byte >> 3))
  return base + (base / 8) * (byte & 7)
}
