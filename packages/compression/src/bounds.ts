import { CompressionError } from './compression-error.ts'

/** What content may cost whoever decompresses it. */
export interface Bounds {
  /** The most bytes to put out. Default 256 GiB. */
  readonly maxOutput?: number | undefined
  /** The most bytes to put out for each byte of the input, beyond `ratioFloor`. Default 100. */
  readonly maxRatio?: number | undefined
  /** So many bytes may come out of any input, however short. Default 1 GiB. */
  readonly ratioFloor?: number | undefined
  /**
   * How long the whole input is, in bytes, as far as its sender can be believed. Without it the ratio is that of what has been
   * read, and content with a long run of zeros before the rest may be refused for its beginning.
   */
  readonly inputLength?: number | undefined
}

/**
 * Counts what comes out, before it does: throws instead of letting out a byte too many.
 *
 * @param length of what is about to come out
 * @param consumed compressed bytes it took to get here
 */
export type Count = (length: number, consumed: number) => void

export function createCount({ maxOutput = 2 ** 38, maxRatio = 100, ratioFloor = 2 ** 30, inputLength }: Bounds): Count {
  let total = 0
  return (length, consumed) => {
    total += length
    // Not `>`: what is no number is no permission.
    if (!(total <= maxOutput)) {
      throw new CompressionError(
        'COMPRESSION_OUTPUT_LIMIT',
        `more than ${maxOutput} bytes come out of the first ${consumed}`,
        {
          offset: consumed,
          expected: maxOutput,
          hint: 'raise maxOutput if this content is trusted',
        },
      )
    }
    const input = inputLength ?? consumed
    const most = Math.max(ratioFloor, input * maxRatio)
    if (!(total <= most)) {
      throw new CompressionError(
        'COMPRESSION_RATIO_LIMIT',
        `more than ${most} bytes come out of ${input}: a small input may give ${ratioFloor}, any other ${maxRatio} for each byte`,
        {
          offset: consumed,
          expected: most,
          hint: 'raise maxRatio if this content is trusted',
        },
      )
    }
  }
}
