import { orAbort } from '@lading/clock'
import { decompress, sniff, type DecompressOptions } from '@lading/compression'

/**
 * The decompressed chunks of an archive that may be compressed as a whole; of an uncompressed one the same chunks. The signal ends it
 * also while no data arrives.
 *
 * @throws what `chunks` and `decompress` throw; the signal's reason
 */
export async function* unpacked(
  chunks: AsyncIterable<Uint8Array>,
  options: DecompressOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { signal } = options
  signal?.throwIfAborted()
  const iterator = chunks[Symbol.asyncIterator]()
  let reading = false
  let isOver = false
  const read = async (): Promise<Uint8Array | undefined> => {
    reading = true
    const { done, value } = await orAbort(iterator.next(), { signal })
    reading = false
    isOver = done === true
    return value
  }
  async function* again(first: Uint8Array | undefined): AsyncGenerator<Uint8Array, void, undefined> {
    for (let next = first; next !== undefined; next = await read()) yield next
  }
  try {
    const first = await read()
    // If the first chunk is too short to tell, the decompressor decides, which joins chunks.
    const isPlain = first !== undefined && sniff(first) === 'none'
    for await (const chunk of isPlain ? again(first) : decompress(again(first), options)) {
      signal?.throwIfAborted()
      yield chunk
    }
  } finally {
    const closed = isOver ? undefined : iterator.return?.()
    // A source in the middle of a read notices the signal only when the read ends, which may be never.
    if (reading) closed?.catch(() => undefined)
    else await closed
  }
}
