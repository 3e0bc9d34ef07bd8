/** A source that can be read once, and opened again where nothing of it was lost. */
export interface ReadOnce {
  /** Whether its bytes from there on can still be had. */
  opensAt(offset: number): boolean
  /** From `offset` on; what was opened before gives nothing more. */
  open(offset: number): AsyncIterable<Uint8Array>
  /** Leaves the source. One that is in the middle of a read hears of it when that is over, and is not waited for. */
  close(): Promise<void>
}

/** In bytes: what is given at once, and kept to be given again. */
const pieceBytes = 64 * 1024

export function readOnce(source: AsyncIterable<Uint8Array>): ReadOnce {
  let iterator: AsyncIterator<Uint8Array> | undefined
  /** What came and was not given. */
  let rest: Uint8Array = new Uint8Array(0)
  /** What was given last: whoever broke off in the middle of it has a part of it, or nothing. */
  let last: Uint8Array = new Uint8Array(0)
  let position = 0
  let ended = false
  let coming: Promise<void> | undefined
  let turn = 0

  const next = async (): Promise<void> => {
    iterator ??= source[Symbol.asyncIterator]()
    try {
      const { done, value } = await iterator.next()
      if (done === true) ended = true
      else rest = value
    } finally {
      coming = undefined
    }
  }
  async function* give(offset: number, mine: number): AsyncGenerator<Uint8Array, void, undefined> {
    const again = last.slice(last.byteLength - (position - offset))
    if (again.byteLength > 0) yield again
    for (;;) {
      if (rest.byteLength === 0) {
        if (ended) return
        await (coming ??= next())
        // What came is for whoever opened it since.
        if (mine !== turn) return
        continue
      }
      const piece = rest.subarray(0, pieceBytes)
      rest = rest.subarray(piece.byteLength)
      // A copy: what is given belongs to whoever took it.
      last = new Uint8Array(piece)
      position += piece.byteLength
      yield piece
    }
  }

  return {
    opensAt: (offset) => offset <= position && offset >= position - last.byteLength,
    open(offset) {
      const mine = ++turn
      const pieces = give(offset, mine)
      return {
        [Symbol.asyncIterator]: () => ({
          next: () => pieces.next(),
          return: () => {
            if (mine === turn) turn++
            return Promise.resolve({ done: true, value: undefined })
          },
        }),
      }
    },
    async close() {
      turn++
      if (iterator === undefined || ended) return
      const left = Promise.resolve(iterator.return?.()).catch(() => undefined)
      if (coming === undefined) await left
    },
  }
}
