/** Bytes that wait. */
export interface Tail {
  readonly length: number
  add(bytes: Uint8Array): void
  /** The first of them in one piece, at most so many; from then on they do not wait. */
  take(most: number): Uint8Array
}

export function createTail(): Tail {
  let chunks: Uint8Array[] = []
  let length = 0
  return {
    get length() {
      return length
    },
    add(bytes) {
      chunks.push(bytes)
      length += bytes.byteLength
    },
    take(most) {
      const [first] = chunks
      const all = chunks.length === 1 && first !== undefined ? first : joined(chunks, length)
      const rest = all.subarray(Math.min(most, length))
      chunks = rest.byteLength > 0 ? [rest] : []
      length = rest.byteLength
      return all.subarray(0, all.byteLength - length)
    },
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.byteLength
  }
  return all
}
