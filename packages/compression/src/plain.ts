import type { Decoder } from './decoder.ts'
import type { Sink } from './sink.ts'

/** Not compressed: passed through. */
export function createPlainDecoder(sink: Sink): Decoder {
  let consumed = 0
  return {
    push(chunk) {
      consumed += chunk.length
      sink.take(chunk, consumed)
    },
    end() {},
    close() {},
  }
}
