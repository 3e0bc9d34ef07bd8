import type { AbortOptions } from '@lading/clock'
import type { Descriptor } from '@lading/manifest'
import type { BlobSink } from './blob-sink.ts'
import type { BlobSource } from './blob-source.ts'
import type { Receiver } from './receiver.ts'
import { SourceError } from './source-error.ts'
import { untilAborted } from './until-aborted.ts'

/** In bytes, of one write: small enough that a slow line shows progress. */
const pieceBytes = 64 * 1024

export interface SendBlobOptions extends AbortOptions {
  /** Where the bytes are said to be from. Default: the caller. */
  readonly source?: string | undefined
  /** Told after each write how many bytes of the blob the sink has taken. What it throws ends the sending. */
  readonly onProgress?: ((taken: number) => void) | undefined
}

/**
 * Pours a blob's source into a sink, from `sink.offset` to the source's end, in one attempt. An iterable is taken to
 * begin there. Ends as soon as the signal goes off, or the sink's `failed`, though the source never gives anything.
 *
 * @throws SourceError when the source throws; what the sink and `onProgress` throw; the signal's reason
 */
export async function sendBlob(
  { digest }: Pick<Descriptor, 'digest'>,
  from: BlobSource,
  sink: BlobSink & Pick<Receiver, 'failed'>,
  { source = 'the caller', signal, onProgress }: SendBlobOptions = {},
): Promise<void> {
  signal?.throwIfAborted()
  const { offset } = sink
  await sink.begin({ start: offset, source })
  const waiting = untilAborted([signal, sink.failed])
  const ofSource = (error: unknown): never => {
    throw error instanceof SourceError ? error : new SourceError(error, { digest })
  }
  let position = offset
  let reading = false
  let iterator: AsyncIterator<Uint8Array> | undefined
  try {
    iterator = iterate(from, offset, ofSource)
    for (;;) {
      reading = true
      const { done, value } = await waiting.result(iterator.next().catch(ofSource))
      reading = false
      if (done === true) return void (iterator = undefined)
      for (let at = 0; at < value.byteLength; at += pieceBytes) {
        const piece = value.subarray(at, at + pieceBytes)
        const taken = sink.write(from instanceof Uint8Array ? new Uint8Array(piece) : piece)
        if (taken !== undefined) await waiting.result(taken)
        position += piece.byteLength
        onProgress?.(position)
      }
    }
  } finally {
    waiting.stop()
    // A source that is in the middle of a read hears of it when that is over, and is not waited for.
    const left = Promise.resolve(iterator?.return?.()).catch(() => undefined)
    if (!reading) await left
  }
}

function iterate(from: BlobSource, offset: number, failed: (error: unknown) => never): AsyncIterator<Uint8Array> {
  if (from instanceof Uint8Array) return only(from.subarray(offset))
  try {
    return (typeof from === 'function' ? from(offset) : from)[Symbol.asyncIterator]()
  } catch (error) {
    return failed(error)
  }
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  if (bytes.byteLength > 0) yield bytes
}
