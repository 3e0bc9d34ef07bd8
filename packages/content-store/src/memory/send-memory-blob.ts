import type { AbortOptions } from '@lading/clock'
import type { BlobSink } from '@lading/content'
import { askedRange } from '../asked-range.ts'
import type { BlobAddress } from '../content-store.ts'
import { blobOf, wrongSize } from './memory-blobs.ts'
import type { Memory } from './memory.ts'

const chunkBytes = 256 * 1024

export async function sendMemoryBlob(
  memory: Memory,
  { digest, size }: BlobAddress,
  sink: BlobSink,
  { signal }: AbortOptions = {},
): Promise<void> {
  signal?.throwIfAborted()
  const { bytes } = blobOf(memory, digest)
  if (bytes.length !== size) throw wrongSize(digest, size, bytes.length)
  const { start, end } = askedRange({ digest, size }, sink)
  await sink.begin({ start, source: memory.id })
  for (let at = start; at < end; at += chunkBytes) {
    signal?.throwIfAborted()
    // The sink takes the chunk for its own.
    await sink.write(bytes.slice(at, Math.min(at + chunkBytes, end)))
  }
}
