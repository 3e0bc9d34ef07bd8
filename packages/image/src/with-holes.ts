import type { Sparse } from '@lading/tar'

const zeros = new Uint8Array(64 * 1024)

/** The bytes of a sparse file with its holes, from its pieces' bytes one after the other. The chunks of zeros must not be written to. */
export async function* withHoles(
  body: AsyncIterable<Uint8Array>,
  { size, pieces }: Sparse,
): AsyncGenerator<Uint8Array, void, undefined> {
  let position = 0
  let left = 0
  const rest = pieces.values()
  function* gap(to: number): Generator<Uint8Array, void, undefined> {
    for (; position < to; position += zeros.length) yield zeros.subarray(0, Math.min(zeros.length, to - position))
    position = to
  }
  for await (const chunk of body) {
    for (let at = 0; at < chunk.length;) {
      while (left === 0) {
        const piece = rest.next().value
        if (piece === undefined) return
        yield* gap(piece.offset)
        left = piece.length
      }
      const part = chunk.subarray(at, at + left)
      at += part.length
      left -= part.length
      position += part.length
      yield part
    }
  }
  yield* gap(size)
}
