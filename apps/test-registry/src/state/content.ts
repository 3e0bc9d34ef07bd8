/** Bytes that can be read from any place: in memory, in a file, made up. */
export interface Content {
  /** In bytes. */
  readonly size: number
  /** From `start` to `end`, exclusive, in chunks of any size. A chunk is good until the next one is asked for. */
  read(start: number, end: number): Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

const chunkSize = 512 * 1024

export function memoryContent(bytes: Uint8Array): Content {
  return {
    size: bytes.length,
    *read(start, end) {
      for (let at = start; at < end; at += chunkSize) yield bytes.subarray(at, Math.min(at + chunkSize, end))
    },
  }
}

export const textContent = (text: string): Content => memoryContent(new TextEncoder().encode(text))

export const slice = (content: Content, from: number, to: number): Content => ({
  size: to - from,
  read: (start, end) => content.read(from + start, from + end),
})

export const wholeContent = async (content: Content): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  // A chunk is good only until the next one, so each is copied.
  for await (const chunk of content.read(0, content.size)) chunks.push(Uint8Array.from(chunk))
  return Buffer.concat(chunks)
}

export const emptyContent: Content = memoryContent(new Uint8Array(0))
