import type { Bounds } from './bounds.ts'
import { createStepper } from './decompressor.ts'

export interface DecompressOptions extends Bounds {
  readonly signal?: AbortSignal | undefined
}

/**
 * The same as `createDecompressor`, byte for byte, as an async iterable. Works in the calling thread, only as far as its reader
 * asks, and holds one piece of output at a time; the receiver may keep the chunks.
 *
 * @throws CompressionError, what the source throws, or the signal's reason unchanged
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  options: DecompressOptions = {},
): AsyncIterable<Uint8Array> {
  const { signal, ...bounds } = options
  signal?.throwIfAborted()
  const stepper = createStepper(bounds)
  const taken = function* (steps: Iterable<Uint8Array>): Iterable<Uint8Array> {
    for (const bytes of steps) {
      signal?.throwIfAborted()
      yield bytes.slice()
    }
  }
  try {
    for await (const chunk of source) {
      signal?.throwIfAborted()
      yield* taken(stepper.push(chunk))
    }
    signal?.throwIfAborted()
    yield* taken(stepper.end())
  } finally {
    stepper.close()
  }
}
