import type { AbortOptions } from '@lading/clock'
import type { FileHandle } from '@lading/content-store'
import { notPlain } from './refusals.ts'

const chunkBytes = 256 * 1024

/**
 * A range of an open file in chunks, each in memory of its own.
 *
 * @throws ArchiveError `ARCHIVE_INVALID` when the file ends before it
 */
export async function* readHandle(
  handle: FileHandle,
  { path, from, to }: { readonly path: string; readonly from: number; readonly to: number },
  { signal }: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = from; at < to;) {
    signal?.throwIfAborted()
    const buffer = new Uint8Array(Math.min(chunkBytes, to - at))
    const count = await handle.read(buffer, at)
    if (count === 0) throw notPlain(path, `shorter than it was: it ends at byte ${at}`)
    at += count
    yield buffer.subarray(0, count)
  }
}
