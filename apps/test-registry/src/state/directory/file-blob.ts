import { readFileSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { StoredBlob } from '../storage.ts'

// Large chunks make a fast reader as fast as the disk and the socket are. There are so many of them and no more: who comes
// when they are all in use, as the last of a thousand slow readers, is served with small ones.
const largeChunk = 512 * 1024
const smallChunk = 32 * 1024
const mostInLargeChunks = 64 * 1024 * 1024
let lent = 0

/** A blob on disk. A reader may use each chunk until it asks for the next one: two buffers serve a blob of any size. */
export function fileBlob(path: string): StoredBlob {
  let known: number | undefined
  return {
    path,
    get size() {
      known ??= statSync(path).size
      return known
    },
    read: (start, end) => chunks(path, start, end),
    bytes: () => readFileSync(path),
  }
}

async function* chunks(path: string, start: number, end: number): AsyncGenerator<Uint8Array> {
  if (start >= end) return
  const borrowed = end - start > smallChunk && lent + 2 * largeChunk <= mostInLargeChunks ? 2 * largeChunk : 0
  lent += borrowed
  const size = Math.min(end - start, borrowed === 0 ? smallChunk : largeChunk)
  try {
    yield* alternating(path, start, end, [new Uint8Array(size), new Uint8Array(size)])
  } finally {
    lent -= borrowed
  }
}

async function* alternating(
  path: string,
  start: number,
  end: number,
  buffers: readonly [Uint8Array, Uint8Array],
): AsyncGenerator<Uint8Array> {
  const handle = await open(path, 'r')
  try {
    let [current, other] = buffers
    let next = fill(current, start)
    for (let at = start; at < end;) {
      const chunk = await next
      if (chunk.length === 0) throw new Error(`${path} is shorter than it was`)
      at += chunk.length
      // The disk works on the next chunk while the socket works on this one.
      ;[current, other] = [other, current]
      if (at < end) {
        next = fill(current, at)
        next.catch(() => {})
      }
      yield chunk
    }
  } finally {
    await handle.close()
  }

  async function fill(into: Uint8Array, position: number): Promise<Uint8Array> {
    const { bytesRead } = await handle.read(into, 0, Math.min(into.length, end - position), position)
    return into.subarray(0, bytesRead)
  }
}
