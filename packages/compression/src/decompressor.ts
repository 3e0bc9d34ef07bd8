import { createCount, type Bounds, type Count } from './bounds.ts'
import { CompressionError } from './compression-error.ts'
import type { Checks, Decoder } from './decoder.ts'
import { createGzipDecoder } from './gzip.ts'
import { sniff, sniffLength, type CompressionKind } from './kind.ts'
import { createPlainDecoder } from './plain.ts'
import { createZstdDecoder } from './zstd.ts'

/** Receives output. The buffer is reused, so `bytes` are only valid during the call. */
export type Output = (bytes: Uint8Array) => void

export interface DecompressorOptions extends Bounds, Checks {}

/** Synchronous, for worker threads. Not usable after it has thrown. */
export interface Decompressor {
  /** `undefined` until the first bytes, at most ten, have arrived. Media types are not used, because registries get them wrong. */
  readonly kind: CompressionKind | undefined
  /** @throws CompressionError */
  push(chunk: Uint8Array, output: Output): void
  /** @throws CompressionError `COMPRESSION_TRUNCATED` if the input was cut off. An empty input is plain and complete. */
  end(output: Output): void
  /** Frees native memory at once instead of at the next garbage collection; `end` and an error do it too. Idempotent. */
  close(): void
}

/** The same, but the caller pulls the output: piece by piece, each valid until the next one is requested. */
export interface Stepper {
  readonly kind: CompressionKind | undefined
  push(chunk: Uint8Array): Iterable<Uint8Array>
  end(): Iterable<Uint8Array>
  close(): void
}

const decoders: Record<CompressionKind, (count: Count, checks: Checks) => Decoder> = {
  gzip: createGzipDecoder,
  zstd: createZstdDecoder,
  none: createPlainDecoder,
}

/** Decodes gzip (RFC 1952), zstd (RFC 8878) or plain bytes, detected by their first bytes. */
export function createDecompressor(options: DecompressorOptions = {}): Decompressor {
  const stepper = createStepper(options)
  const guarded = (steps: Iterable<Uint8Array>, output: Output): void => {
    try {
      for (const bytes of steps) output(bytes)
    } catch (error) {
      stepper.close()
      throw error
    }
  }
  return {
    get kind() {
      return stepper.kind
    },
    push: (chunk, output) => guarded(stepper.push(chunk), output),
    end(output) {
      guarded(stepper.end(), output)
      stepper.close()
    },
    close: () => stepper.close(),
  }
}

export function createStepper(options: DecompressorOptions): Stepper {
  const count = createCount(options)
  let decoder: Decoder | undefined
  let kind: CompressionKind | undefined
  let start = new Uint8Array(0)

  function* decide(chunk: Uint8Array, whole: boolean): Iterable<Uint8Array> {
    const before = start.length
    const seen = new Uint8Array(Math.min(before + chunk.length, sniffLength))
    seen.set(start)
    seen.set(chunk.subarray(0, seen.length - before), before)
    start = seen
    const sniffed = sniff(seen) ?? (whole ? 'none' : undefined)
    if (sniffed === undefined) return
    if (sniffed === 'bzip2' || sniffed === 'xz') {
      throw new CompressionError('COMPRESSION_FORMAT_UNSUPPORTED', `the content is compressed with ${sniffed}`, {
        offset: 0,
        actual: sniffed,
        hint: 'compress the layer with gzip or zstd',
      })
    }
    kind = sniffed
    decoder = decoders[sniffed](count, options)
    // Bytes of earlier chunks; the rest of this chunk follows by itself.
    if (before > 0) yield* decoder.push(seen.subarray(0, before))
  }

  return {
    get kind() {
      return kind
    },
    *push(chunk) {
      if (decoder === undefined) yield* decide(chunk, false)
      if (decoder !== undefined) yield* decoder.push(chunk)
    },
    *end() {
      if (decoder === undefined) yield* decide(new Uint8Array(0), true)
      decoder?.end()
    },
    close() {
      decoder?.close()
    },
  }
}
