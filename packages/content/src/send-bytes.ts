import type { AbortOptions } from '@lading/clock'
import type { BlobSink } from './blob-sink.ts'
import { DeliveryError } from './delivery-error.ts'
import type { Document } from './document.ts'

const pieceBytes = 64 * 1024

/**
 * What is in memory, from `sink.offset` to `sink.end`.
 *
 * @param options.source where the bytes are said to be from
 * @throws DeliveryError `RANGE_MISMATCH` when the sink has more than there is
 */
export async function sendBytes(
  { descriptor: { digest }, bytes }: Document,
  sink: BlobSink,
  { source, signal }: AbortOptions & { readonly source: string },
): Promise<void> {
  signal?.throwIfAborted()
  const { offset } = sink
  const end = Math.min(sink.end ?? bytes.byteLength, bytes.byteLength)
  if (offset > end) {
    throw new DeliveryError('RANGE_MISMATCH', `${offset} bytes of ${digest} are here, but it has only ${end}`, {
      digest,
      expected: end,
      actual: offset,
      hint: 'delete what is here, and start again',
    })
  }
  await sink.begin({ start: offset, source })
  for (let at = offset; at < end; at += pieceBytes) {
    signal?.throwIfAborted()
    // The sink owns what it is given.
    const wait = sink.write(new Uint8Array(bytes.subarray(at, Math.min(at + pieceBytes, end))))
    if (wait !== undefined) await wait
  }
}
