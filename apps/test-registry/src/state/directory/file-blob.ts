import { readFileSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { StoredBlob } from '../storage.ts'

const chunkSize = 512 * 1024

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
  const handle = await open(path, 'r')
  try {
    let [current, other] = [buffer(end - start), buffer(end - start)]
    let next = fill(current, start)
    for (let at = start; at < end; ) {
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

const buffer = (bytes: number): Uint8Array => new Uint8Array(Math.min(chunkSize, bytes))
