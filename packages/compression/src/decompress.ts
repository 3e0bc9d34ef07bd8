import { createDecompressor } from './decompressor.ts'
import type { Bounds } from './sink.ts'

export interface DecompressOptions extends Bounds {
  readonly signal?: AbortSignal | undefined
}

/**
 * The same as `createDecompressor`, byte for byte, as an async iterable. Works in the calling thread, one source chunk at a time,
 * and lets other work in between; chunks put out are the receiver's to keep.
 *
 * @throws CompressionError, what the source throws, or the signal's reason unchanged
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  options: DecompressOptions = {},
): AsyncIterable<Uint8Array> {
  const { signal, ...bounds } = options
  signal?.throwIfAborted()
  const decompressor = createDecompressor(bounds)
  try {
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length; at += inputSize) {
        signal?.throwIfAborted()
        yield* collect((output) => {
          decompressor.push(chunk.subarray(at, at + inputSize), output)
        })
      }
    }
    signal?.throwIfAborted()
    yield* collect((output) => {
      decompressor.end(output)
    })
  } finally {
    decompressor.close()
  }
}

/** Bounds what is held in memory at once: this many bytes in, at most `maxRatio` times as many out. */
const inputSize = 64 * 1024

/** What the work puts out, also before an error: as much arrives here as at a caller of the decompressor. */
function* collect(work: (output: (bytes: Uint8Array) => void) => void): Iterable<Uint8Array> {
  const collected: Uint8Array[] = []
  let failure: { readonly error: unknown } | undefined
  try {
    work((bytes) => collected.push(bytes.slice()))
  } catch (error) {
    failure = { error }
  }
  yield* collected
  if (failure !== undefined) throw failure.error
}
