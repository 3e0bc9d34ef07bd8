import { decompress, sniff, type DecompressOptions } from '@lading/compression'

/**
 * What comes out of an archive that may be compressed as a whole. Of one that is not, the very chunks.
 *
 * @throws what `decompress` throws
 */
export async function* unpacked(
  chunks: AsyncIterable<Uint8Array>,
  options: DecompressOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]()
  const first = await iterator.next()
  const rest = again(first, iterator)
  // A first chunk that is too short to tell is left to whoever puts chunks together.
  const isPlain = first.done !== true && sniff(first.value) === 'none'
  for await (const chunk of isPlain ? rest : decompress(rest, options)) {
    options.signal?.throwIfAborted()
    yield chunk
  }
}

async function* again(
  first: IteratorResult<Uint8Array>,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let isOver = false
  try {
    for (let next = first; next.done !== true; next = await iterator.next()) yield next.value
    isOver = true
  } finally {
    if (!isOver) await iterator.return?.()
  }
}
