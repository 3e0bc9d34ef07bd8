import type { AbortOptions } from '@lading/clock'
import { createReusedMemory, type BlobSink } from '@lading/content'
import { askedRange } from './asked-range.ts'
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
  const blob = await openBlob(where)
  try {
    const there = blob.size
    if (there !== size) {
      throw new ContentError('SIZE_MISMATCH', `${digest} has ${there} bytes on disk, not ${size}`, {
        digest,
        path,
        expected: size,
        actual: there,
        hint: 'the descriptor states a wrong size, or the file is damaged: read() shows which',
      })
    }
    const { start, end } = askedRange({ digest, size }, sink)
    await sink.begin({ start, source: path })
    const memory = createReusedMemory(Math.max(1, Math.min(chunkBytes, end - start)))
    for (let at = start; at < end;) {
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
