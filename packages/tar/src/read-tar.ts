import { orAbort, type AbortOptions } from '@lading/clock'
import { EntryBody } from './entry-body.ts'
import { createParser } from './parser.ts'
import type { TarEntry } from './tar-entry.ts'
import type { TarReaderOptions } from './tar-reader-options.ts'
import { createTurns } from './turns.ts'

export interface ReadTarOptions extends TarReaderOptions, AbortOptions {}

export interface TarEntryWithBody extends TarEntry {
  /** Readable once, and only until the next entry is requested. Chunks are views of the archive's chunks, and the receiver may keep them. */
  readonly body: AsyncIterable<Uint8Array>
}

type Result = IteratorResult<TarEntryWithBody, undefined>

/** A chunk may hold thousands of entries: after this many, some milliseconds of work, the event loop gets a turn. */
const entriesInARow = 4096

const turnOfOthers = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 0))

/**
 * The entries of an archive, each with its body, as they arrive. A body that is not read, or not to its end, is skipped when
 * the next entry is requested. After the last entry the source is read to its end, so that a digest covers all of it.
 * The signal ends it also while no data arrives.
 *
 * @throws TarError, what the source throws, or the signal's reason unchanged
 */
export function readTar(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadTarOptions = {},
): AsyncIterableIterator<TarEntryWithBody, undefined> {
  const { signal, ...how } = options
  const parser = createParser(how)
  const turns = createTurns()
  let source: AsyncIterator<Uint8Array> | undefined
  let body: EntryBody | undefined
  let isOver = false
  let inARow = 0
  let reading = false

  const from = { parser, turns, feed }

  async function feed(): Promise<void> {
    signal?.throwIfAborted()
    source ??= chunks[Symbol.asyncIterator]()
    reading = true
    const { done, value } = await orAbort(source.next(), { signal })
    reading = false
    signal?.throwIfAborted()
    if (done === true) {
      source = undefined
      isOver = true
      parser.finish()
    } else parser.feed(value)
  }

  /** The next entry, if it has arrived. */
  function here(): Result | undefined {
    for (;;) {
      const step = parser.next()
      if (step === undefined || step === 'end') return undefined
      if (step === 'entry') {
        body = new EntryBody(from)
        const value = parser.entry as TarEntry & { body: EntryBody }
        value.body = body
        return { done: false, value }
      }
    }
  }

  function advance(): Result | Promise<Result> {
    if (isOver) return { done: true, value: undefined }
    try {
      signal?.throwIfAborted()
      body?.leave()
      body = undefined
      return (++inARow < entriesInARow ? here() : undefined) ?? wait().catch(fail)
    } catch (error) {
      return fail(error)
    }
  }

  async function wait(): Promise<Result> {
    if (inARow >= entriesInARow) {
      await turnOfOthers()
      signal?.throwIfAborted()
      inARow = 0
    }
    for (;;) {
      const result = here()
      if (result !== undefined) return result
      await feed()
      if (isOver) return { done: true, value: undefined }
    }
  }

  async function close(): Promise<void> {
    isOver = true
    const left = source
    source = undefined
    const closed = left?.return?.()
    // A source in the middle of a read notices the signal only when the read ends, which may be never.
    if (reading) closed?.catch(() => undefined)
    else await closed
  }

  return {
    [Symbol.asyncIterator]() {
      return this
    },
    next: () => turns.take(advance),
    return: () =>
      turns.take(async () => {
        await close()
        return { done: true, value: undefined }
      }),
  }

  /** An iterator that has failed is not closed by its consumer. */
  async function fail(error: unknown): Promise<never> {
    // The first error is the one that is reported.
    await close().catch(() => undefined)
    throw error
  }
}
