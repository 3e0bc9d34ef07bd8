import type { Count } from './bounds.ts'
import type { Decoder } from './decoder.ts'

/** Not compressed: passed through. */
export function createPlainDecoder(count: Count): Decoder {
  let consumed = 0
  return {
    *push(chunk) {
      if (chunk.length === 0) return
      consumed += chunk.length
      count(chunk.length, consumed)
      yield chunk
    },
    end() {},
    close() {},
  }
}
