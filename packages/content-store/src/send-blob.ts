import type { AbortOptions } from '@lading/clock'
import { createReusedMemory, type BlobSink } from '@lading/content'
import { ContentError } from './content-error.ts'
import { chunkBytes, damaged, openBlob, type BlobFile } from './blob-file.ts'

/** A blob, or a range of it, to a sink. Not hashed here: the bytes were when they came, and the sink does. */
export async function sendBlob(
  where: BlobFile,
  size: number,
  sink: BlobSink,
  { signal }: AbortOptions = {},
): Promise<void> {
  signal?.throwIfAborted()
  const { digest, path } = where
  const { offset } = sink
  const end = Math.min(sink.end ?? size, size)
  const blob = await openBlob(where)
  try {
    const there = blob.size
    if (there !== size) {
      throw new ContentError(
        'SIZE_MISMATCH',
        `${digest} has ${there} bytes on disk, not the ${size} that were asked for`,
        {
          digest,
          path,
          expected: size,
          actual: there,
          hint: 'the descriptor is wrong about the size, or the file is damaged: read() tells which',
        },
      )
    }
    if (offset > end) {
      throw new ContentError('RANGE_MISMATCH', `byte ${offset} of ${digest} is asked for, and it ends at ${end}`, {
        digest,
        expected: end,
        actual: offset,
        hint: 'throw away what is there and start again',
      })
    }
    await sink.begin({ start: offset, source: path })
    const memory = createReusedMemory(Math.max(1, Math.min(chunkBytes, end - offset)))
    for (let at = offset; at < end;) {
      signal?.throwIfAborted()
      const chunk = (await blob.read(at, memory.take())).subarray(0, end - at)
      if (chunk.length === 0) throw damaged(where, { offset: at, actual: `cut off at byte ${at}` })
      at += chunk.length
      const wait = sink.write(chunk, memory.giveBack(chunk))
      if (wait !== undefined) await wait
    }
  } finally {
    await blob.close()
  }
}
