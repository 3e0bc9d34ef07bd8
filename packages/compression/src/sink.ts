import { CompressionError } from './compression-error.ts'

export interface Bounds {
  /** The most bytes to put out. Default 256 GiB. */
  readonly maxOutput?: number | undefined
  /** The most bytes to put out for each byte taken in. Default 1000. Counts once 16 MiB are out, since short inputs compress without bound. */
  readonly maxRatio?: number | undefined
}

/** Where decoded bytes go: counts, holds the bounds, hands on. */
export interface Sink {
  /** @param consumed compressed bytes it took to get here. Throws before it hands on a byte too many. */
  take(bytes: Uint8Array, consumed: number): void
  output: (bytes: Uint8Array) => void
}

const ratioFloor = 16 * 1024 * 1024

export function createSink({ maxOutput = 2 ** 38, maxRatio = 1000 }: Bounds): Sink {
  let total = 0
  const sink: Sink = {
    output: () => {},
    take(bytes, consumed) {
      if (bytes.length === 0) return
      total += bytes.length
      if (total > maxOutput) {
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
      if (total > ratioFloor && total > consumed * maxRatio) {
        throw new CompressionError(
          'COMPRESSION_RATIO_LIMIT',
          `${total} bytes come out of the first ${consumed}, more than ${maxRatio} for each byte`,
          {
            offset: consumed,
            expected: maxRatio,
            hint: 'raise maxRatio if this content is trusted',
          },
        )
      }
      sink.output(bytes)
    },
  }
  return sink
}
