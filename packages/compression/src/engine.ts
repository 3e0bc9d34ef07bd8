import { constants, createInflateRaw, createZstdDecompress } from 'node:zlib'
import { CompressionError } from './compression-error.ts'

/** Output is made this many bytes at a time; measured as the best of 64 KiB to 1 MiB, and it stays in the cache. */
const outputSize = 256 * 1024

/**
 * The decoder inside a zlib stream, called on the same thread. The streams themselves go through the thread pool and
 * allocate for every chunk, which halves their speed; and the stream around zstd stops after the first frame before Node 26.
 */
export interface Engine {
  /**
   * Decodes `input` from `at` to `end` into `output` once. Stops when the input is used up, when the output is full,
   * or at the end of the compressed stream. Throws what the decoder says.
   */
  step(input: Uint8Array, at: number, end: number): void
  /** Of the last step. */
  consumed: number
  produced: number
  /** Reused by every step. */
  readonly output: Uint8Array
  reset(): void
  close(): void
}

interface Handle {
  writeSync(
    flush: number,
    input: Uint8Array,
    at: number,
    length: number,
    output: Uint8Array,
    outputAt: number,
    outputLength: number,
  ): void
  reset(): void
  onerror: (message: string, errno: number, code: string) => void
}

interface Internals {
  readonly _handle?: Partial<Handle> | null
  readonly _writeState?: Uint32Array
  close(): void
}

function engineOf(stream: Internals): Engine {
  const { _handle: handle, _writeState: state } = stream
  if (typeof handle?.writeSync !== 'function' || typeof handle.reset !== 'function' || state === undefined) {
    throw new CompressionError('COMPRESSION_ENGINE_MISSING', 'node:zlib of this runtime has no synchronous engine', {
      hint: 'run on Node.js 22.19 or later',
    })
  }
  const engine = handle as Handle
  let failure: Error | undefined
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- not an event target
  engine.onerror = (message, errno, code) => {
    failure = Object.assign(new Error(message), { errno, code })
  }
  const output = new Uint8Array(outputSize)
  let closed = false
  const self: Engine = {
    consumed: 0,
    produced: 0,
    output,
    step(input, at, end) {
      // Flush 0 is both Z_NO_FLUSH and ZSTD_e_continue.
      engine.writeSync(0, input, at, end - at, output, 0, outputSize)
      if (failure !== undefined) throw failure
      self.produced = outputSize - (state[0] as number)
      self.consumed = end - at - (state[1] as number)
    },
    reset() {
      engine.reset()
    },
    close() {
      if (closed) return
      closed = true
      stream.close()
    },
  }
  return self
}

// The stream's own buffer is never used: as small as it may be.
const chunkSize = 64

/** Raw deflate (RFC 1951). */
export function inflateEngine(): Engine {
  return engineOf(createInflateRaw({ chunkSize }))
}

/** zstd (RFC 8878), one frame after the other, with a window of at most `2 ** windowLog` bytes. */
export function zstdEngine(windowLog: number): Engine {
  return engineOf(createZstdDecompress({ chunkSize, params: { [constants.ZSTD_d_windowLogMax]: windowLog } }))
}
