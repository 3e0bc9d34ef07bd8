import type { AbortOptions } from '@lading/clock'
import type { BlobSink } from '@lading/content'
import type { BlobAddress } from '@lading/content-store'
import { askedRange } from '@lading/content-store/engine'
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
  const { start, end } = askedRange({ digest, size }, sink)
  await sink.begin({ start, source: 'the object store' })
  for await (const piece of readRange(engine, opened, { start, end, signal })) {
    const wait = sink.write(piece)
    if (wait !== undefined) await wait
  }
}
