import type { TarBounds } from './bounds.ts'
import { createParser, type Parser } from './parser.ts'
import type { TarEntry } from './tar-entry.ts'
import { TarError } from './tar-error.ts'

export interface ReadTarOptions extends TarBounds {
  readonly signal?: AbortSignal | undefined
}

export interface TarEntryWithBody extends TarEntry {
  /** Once, and only until the next entry is asked for. Chunks are views of the archive's, and the receiver's to keep. */
  readonly body: AsyncIterable<Uint8Array>
}

/**
 * The entries of an archive, each with its body, as they come. A body that is not read, or not to its end, is passed over when
 * the next entry is asked for. After the last entry the source is read to its end, so that whatever checks it checks all of it.
 *
 * @throws TarError, what the source throws, or the signal's reason unchanged
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadTarOptions = {},
): AsyncGenerator<TarEntryWithBody, void, undefined> {
  const { signal, ...bounds } = options
  signal?.throwIfAborted()
  const parser = createParser(bounds)
  const source = chunks[Symbol.asyncIterator]()
  let isOver = false
  /** Whether there is more. */
  const more = async (): Promise<boolean> => {
    const { done, value } = await source.next()
    signal?.throwIfAborted()
    if (done === true) {
      isOver = true
      parser.finish()
      return false
    }
    parser.feed(value)
    return true
  }
  try {
    for (;;) {
      const step = parser.next()
      if (step === 'entry') {
        const body = createBody(parser, more)
        yield { ...parser.entry, body: body.chunks }
        signal?.throwIfAborted()
        body.leave()
      } else if ((step === undefined || step === 'end') && !(await more())) return
    }
  } finally {
    if (!isOver) await source.return?.()
  }
}

interface Body {
  readonly chunks: AsyncIterable<Uint8Array>
  /** The reader goes on without it. */
  leave(): void
}

function createBody(parser: Parser, more: () => Promise<boolean>): Body {
  let isOver = false
  let isLeft = false
  let isTaken = false
  async function* read(): AsyncGenerator<Uint8Array, void, undefined> {
    if (isTaken || isLeft)
      throw new TarError('TAR_BODY_GONE', 'the body of a tar entry is read once, before the next entry is asked for', {
        hint: 'keep what is needed later',
      })
    isTaken = true
    for (;;) {
      const step = parser.next()
      if (step === 'piece') {
        yield parser.piece
        if (isLeft) return
      } else if (step === 'body-end') {
        isOver = true
        return
      } else await more()
    }
  }
  return {
    chunks: { [Symbol.asyncIterator]: read },
    leave() {
      isLeft = true
      if (!isOver) parser.skipBody()
    },
  }
}
