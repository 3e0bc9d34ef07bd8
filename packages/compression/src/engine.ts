/** Size of output pieces in bytes; measured as the best of 64 KiB to 1 MiB, and it stays in the cache. */
export const outputSize: number = 256 * 1024

/** One compressed stream, decoded piece by piece in the calling thread. */
export interface Engine {
  /**
   * Decodes `input` from `at` to `end` into `output` once. Stops when the input is used up, when the output is full,
   * or at the end of the compressed stream. Throws the decoder's error.
   */
  step(input: Uint8Array, at: number, end: number): void
  /** Of the last step. What is not consumed must be passed again in the next one. */
  consumed: number
  produced: number
  /** Reused by every step. */
  readonly output: Uint8Array
  reset(): void
  close(): void
}

export interface EngineFormat {
  readonly kind: 'deflate' | 'zstd'
  /** zstd: the largest window, as its logarithm to base 2. */
  readonly windowLog?: number | undefined
}
