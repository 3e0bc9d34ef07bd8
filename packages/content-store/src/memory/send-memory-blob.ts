import type { AbortOptions } from '@lading/clock'
import type { BlobSink } from '@lading/content'
import { ContentError } from '../content-error.ts'
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
  const { offset } = sink
  const end = Math.min(sink.end ?? size, size)
  if (offset > end) {
    throw new ContentError('RANGE_MISMATCH', `byte ${offset} of ${digest} is asked for, and it ends at ${end}`, {
      digest,
      expected: end,
      actual: offset,
      hint: 'throw away what is there and start again',
    })
  }
  await sink.begin({ start: offset, source: memory.id })
  for (let at = offset; at < end; at += chunkBytes) {
    signal?.throwIfAborted()
    // The sink takes the chunk for its own.
    await sink.write(bytes.slice(at, Math.min(at + chunkBytes, end)))
  }
}
