import type { GiveBack } from './blob-sink.ts'

/**
 * Memory for the chunks of a source that reads them itself. What sinks give back is used again, so that a blob goes
 * through a few pieces of memory; for a sink that keeps its chunks each is new.
 */
export interface ReusedMemory {
  /** A piece of memory that nobody looks at. What is in it is anything. */
  take(): Uint8Array
  /** What a chunk is to be handed on with that lies at the start of such a piece, the only one in it. */
  giveBack(chunk: Uint8Array): GiveBack
}

/** @param size of each piece, in bytes */
export function createReusedMemory(size: number): ReusedMemory {
  const free: Uint8Array[] = []
  return {
    take: () => free.pop() ?? new Uint8Array(size),
    giveBack({ buffer }) {
      let given = false
      return () => {
        if (!given) free.push(new Uint8Array(buffer))
        given = true
      }
    },
  }
}
