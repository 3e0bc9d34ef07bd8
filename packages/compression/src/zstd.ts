import { CompressionError } from './compression-error.ts'
import type { Count } from './bounds.ts'
import type { Decoder } from './decoder.ts'
import { zstdEngine } from './choose-engine.ts'
import { windowLogLimit } from './zstd-header.ts'
import { createZstdWalker } from './zstd-walker.ts'

/** zstd (RFC 8878): every frame; skippable ones are ignored. */
export function createZstdDecoder(count: Count): Decoder {
  const engine = zstdEngine(windowLogLimit)
  const walker = createZstdWalker()
  let base = 0
  /** Decompressed bytes of the current frame. */
  let produced = 0

  function* feed(bytes: Uint8Array, from: number, end: number, offset: number): Iterable<Uint8Array> {
    let at = from
    for (;;) {
      const had = end - at
      try {
        engine.step(bytes, at, end)
      } catch (cause) {
        throw new CompressionError('COMPRESSION_CORRUPT', `zstd data is damaged near byte ${offset + at}`, {
          cause,
          offset: offset + at,
        })
      }
      at += engine.consumed
      produced += engine.produced
      const came = engine.produced
      if (came > 0) {
        count(came, offset + at)
        yield engine.output.subarray(0, came)
      } else if (engine.consumed === 0 && had > 0) {
        throw new CompressionError('COMPRESSION_CORRUPT', `zstd data is invalid at byte ${offset + at}`, {
          offset: offset + at,
        })
      }
      // If the output is full, there may be more: call again.
      if (at === end && came < engine.output.length) return
    }
  }

  // The engine does so too, but for a frame whose last block is empty.
  function checkSize(): void {
    const { contentSize = produced, offset } = walker.frame
    if (contentSize !== produced) {
      throw new CompressionError(
        'COMPRESSION_CORRUPT',
        `the zstd frame at byte ${offset} contains ${produced} bytes, but states ${contentSize}`,
        { offset, expected: contentSize, actual: produced },
      )
    }
    produced = 0
  }

  return {
    *push(chunk) {
      let at = 0
      while (at < chunk.length) {
        const part = walker.part
        const next = walker.walk(chunk, at, base)
        if (part === 'blocks') {
          yield* feed(chunk, at, next, base)
          if (walker.part === 'header') checkSize()
        } else if (part === 'header' && walker.part === 'blocks') {
          const header = walker.header()
          yield* feed(header, 0, header.length, base + next - header.length)
        }
        at = next
      }
      base += chunk.length
    },
    end() {
      if (!walker.between)
        throw new CompressionError('COMPRESSION_TRUNCATED', `the input ends inside a zstd frame, after ${base} bytes`, {
          offset: base,
        })
    },
    close() {
      engine.close()
    },
  }
}
