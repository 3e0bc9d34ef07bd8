import type { AbortOptions } from '@lading/clock'
import type { FileHandle } from '@lading/content-store'
import { notPlain } from './refusals.ts'

const chunkBytes = 256 * 1024

/** For chunks that are looked at and not kept. */
export const reusedMemory = (): Uint8Array => new Uint8Array(chunkBytes)

/**
 * A range of an open file in chunks, each in memory of its own; or all of them in `memory`, one after the other.
 *
 * @throws ArchiveError `ARCHIVE_INVALID` when the file ends before it
 */
export async function* readHandle(
  handle: FileHandle,
  { path, from, to }: { readonly path: string; readonly from: number; readonly to: number },
  { memory, signal }: AbortOptions & { readonly memory?: Uint8Array | undefined } = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = from; at < to;) {
    signal?.throwIfAborted()
    const length = Math.min(memory?.byteLength ?? chunkBytes, to - at)
    const buffer = memory?.subarray(0, length) ?? new Uint8Array(length)
    const count = await handle.read(buffer, at)
    if (count === 0) throw notPlain(path, `shorter than it was: it ends at byte ${at}`)
    at += count
    yield buffer.subarray(0, count)
  }
}
