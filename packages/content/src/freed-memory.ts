import type { GiveBack } from './blob-sink.ts'

/**
 * In bytes. Less is not worth it; and memory that Node shares among its small buffers is less, where Node does not
 * protect it (before version 24).
 */
const worthFreeing = 16 * 1024

/**
 * Frees memory that bytes came in, from a socket say, as soon as all of it was given back, and not when the garbage
 * collector looks for it: V8 lets dozens of MiB of it pile up, and spends a third of a download's processor time on it.
 * For whoever knows that nobody else looks at this memory.
 *
 * Several chunks may lie in one piece of memory: parts of one TLS slab, of a body in chunked coding, of one that was
 * paused. It is freed when as many bytes were given back as it has; what holds anything else, an answer's head say, is
 * left to the collector.
 *
 * @returns what a chunk is to be handed on with
 */
export function createFreedMemory(): (chunk: Uint8Array) => GiveBack | undefined {
  const left = new WeakMap<ArrayBuffer, number>()
  return (chunk) => {
    const { buffer, byteLength } = chunk
    if (!(buffer instanceof ArrayBuffer) || buffer.byteLength < worthFreeing) return undefined
    let given = false
    return () => {
      if (given) return
      given = true
      const rest = (left.get(buffer) ?? buffer.byteLength) - byteLength
      if (rest > 0) left.set(buffer, rest)
      // The parser may be in the middle of it: it looks at what it read until it returns.
      else queueMicrotask(() => free(buffer))
    }
  }
}

function free(buffer: ArrayBuffer): void {
  try {
    buffer.transfer(0)
  } catch {
    // Memory that the runtime protects.
  }
}
