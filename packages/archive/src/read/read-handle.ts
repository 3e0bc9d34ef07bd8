import type { AbortOptions } from '@lading/clock'
import { createReusedMemory, type ReusedMemory } from '@lading/content'
import type { FileHandle } from '@lading/content-store'
import { notPlain } from './refusals.ts'

const chunkBytes = 256 * 1024

/** For chunks that are read and not kept. */
export function oneMemory(): () => Uint8Array {
  const memory = new Uint8Array(chunkBytes)
  return () => memory
}

/** For chunks that are passed on, and whose memory may be returned. */
export const chunkMemory = (): ReusedMemory => createReusedMemory(chunkBytes)

/**
 * A range of an open file in chunks, each in memory of its own, or at the start of what `memory` returns for it.
 *
 * @throws ArchiveError `ARCHIVE_INVALID` when the file ends before it
 */
export async function* readHandle(
  handle: FileHandle,
  { path, from, to }: { readonly path: string; readonly from: number; readonly to: number },
  { memory, signal }: AbortOptions & { readonly memory?: (() => Uint8Array) | undefined } = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = from; at < to;) {
    signal?.throwIfAborted()
    const buffer = (memory?.() ?? new Uint8Array(Math.min(chunkBytes, to - at))).subarray(0, to - at)
    const count = await handle.read(buffer, at)
    if (count === 0) throw notPlain(path, `shorter than before: it ends at byte ${at}`)
    at += count
    yield buffer.subarray(0, count)
  }
}
