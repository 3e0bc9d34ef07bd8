import type { AbortOptions } from '@lading/clock'
import type { BlobSink } from '@lading/content'
import { ContentError, type BlobAddress } from '@lading/content-store'
import { openReadable } from './documents.ts'
import type { Engine } from './engine.ts'
import { readRange, wrongSize } from './read-blob.ts'

/** A blob, or a range of it, to a sink. */
export async function sendBlob(
  engine: Engine,
  { digest, size }: BlobAddress,
  { sink, signal }: AbortOptions & { readonly sink: BlobSink },
): Promise<void> {
  signal?.throwIfAborted()
  const opened = await openReadable(engine, digest, { signal })
  if (opened.document.size !== size) throw wrongSize(digest, size, opened.document.size)
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
  await sink.begin({ start: offset, source: 'the object store' })
  for await (const piece of readRange(engine, opened, { start: offset, end, signal })) {
    const wait = sink.write(piece)
    if (wait !== undefined) await wait
  }
}
