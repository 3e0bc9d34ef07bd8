import { CompressionError } from './compression-error.ts'

/** Limits for decompressing content. */
export interface Bounds {
  /** The most bytes of output. Default 256 GiB. */
  readonly maxOutput?: number | undefined
  /** The most bytes of output for each byte of the input, if it is more than `ratioFloor`. Default 100. */
  readonly maxRatio?: number | undefined
  /** Bytes of output that are allowed for any input, however short. Default 1 GiB. */
  readonly ratioFloor?: number | undefined
  /**
   * How long the whole input is, in bytes, if its sender can be trusted. Without it the ratio is computed from what has been
   * read so far, and content that begins with a long run of zeros may be refused.
   */
  readonly inputLength?: number | undefined
}

/**
 * Counts output before it is passed on, and throws before a limit is exceeded.
 *
 * @param length of the next output
 * @param consumed compressed bytes so far
 */
export type Count = (length: number, consumed: number) => void

export function createCount({ maxOutput = 2 ** 38, maxRatio = 100, ratioFloor = 2 ** 30, inputLength }: Bounds): Count {
  let total = 0
  return (length, consumed) => {
    total += length
    // Not `>`: NaN must not count as permission.
    if (!(total <= maxOutput)) {
      throw new CompressionError(
        'COMPRESSION_OUTPUT_LIMIT',
        `the first ${consumed} bytes decompress to more than the limit of ${maxOutput}`,
        {
          offset: consumed,
          expected: maxOutput,
          hint: 'raise maxOutput, if you trust the content',
        },
      )
    }
    const input = inputLength ?? consumed
    const most = Math.max(ratioFloor, input * maxRatio)
    if (!(total <= most)) {
      throw new CompressionError(
        'COMPRESSION_RATIO_LIMIT',
        `${input} bytes decompress to more than the limit of ${most}: ${ratioFloor} bytes are allowed for any input, or ${maxRatio} for each input byte`,
        {
          offset: consumed,
          expected: most,
          hint: 'raise maxRatio, if you trust the content',
        },
      )
    }
  }
}
