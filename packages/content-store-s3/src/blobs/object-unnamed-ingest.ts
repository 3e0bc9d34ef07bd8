import { ContentError, type BlobAddress, type UnnamedIngest } from '@lading/content-store'
import { oneAtATime } from '@lading/content-store/engine'
import type { Algorithm } from '@lading/digest'
import { unnamedKeys } from '../layout.ts'
import { newNonce } from '../nonce.ts'
import { writeChunks, type ChunkWriter } from './chunk-writer.ts'
import type { DoneDocument, ListedChunk } from './done-document.ts'
import type { Engine } from './engine.ts'
import { formatBeat } from './owner-documents.ts'
import { placeContent } from './place-content.ts'
import { readAhead } from './read-ahead.ts'

interface Aside {
  readonly writer: ChunkWriter
  /** Takes it away. */
  readonly remove: () => Promise<void>
}

/**
 * Content of unknown digest on its way into an object store. What is more than fits into its list of chunks is kept aside,
 * and copied to its place once that is known, so that all of a blob is below its digest.
 */
export function objectUnnamedIngest(
  engine: Engine,
  { size, algorithm }: { readonly size?: number | undefined; readonly algorithm?: Algorithm | undefined },
): UnnamedIngest {
  const { objects, bounds } = engine
  /** Of begin, commit and discard. */
  const alone = oneAtATime()
  let aside = putAside()
  let closed = false
  let committed: BlobAddress | undefined

  function putAside(): Aside {
    const nonce = newNonce()
    const keys = unnamedKeys(nonce)
    const heart = keepBeating(engine, keys.beat, nonce)
    const writer = writeChunks({
      engine,
      algorithm,
      size,
      keyAt: keys.chunk,
      refuse: {
        ended,
        tooLong: (actual) =>
          wrongSize(actual, 'whoever said the size, or the source, is wrong: nothing beyond it is taken'),
      },
    })
    return {
      writer,
      async remove() {
        writer.seal()
        await Promise.all([heart.stop(), writer.abandon()])
        for await (const { key } of objects.list(keys.prefix)) await objects.remove(key)
      },
    }
  }
  const assertOpen = (): void => {
    if (closed) throw ended()
  }
  const wrongSize = (actual: number, hint: string): ContentError =>
    new ContentError('SIZE_MISMATCH', `the content has ${actual} bytes instead of ${size}`, {
      expected: size,
      actual,
      hint,
    })
  async function* piecesOf({ chunks, content }: Omit<DoneDocument, 'size'>): AsyncGenerator<Uint8Array> {
    if (content.length > 0) yield content
    const get = ({ key }: ListedChunk): Promise<Uint8Array | undefined> => objects.get(key)
    for await (const { item, value } of readAhead(chunks, get, bounds.inFlight)) {
      if (value?.length !== item.size) throw vanished(item.key)
      yield value
    }
  }

  return {
    get offset() {
      return aside.writer.offset
    },
    begin: ({ start }) =>
      alone(async () => {
        assertOpen()
        const { offset } = aside.writer
        if (start !== 0 && start !== offset) {
          throw new ContentError('RANGE_MISMATCH', `the answer starts at byte ${start}, and ${offset} bytes are here`, {
            expected: offset,
            actual: start,
            hint: "ask for the range from the ingest's offset, or for everything",
          })
        }
        if (start === offset) return
        const former = aside
        aside = putAside()
        await former.remove().catch(() => {})
      }),
    write: (chunk, giveBack) => aside.writer.write(chunk, giveBack),
    commit: ({ signal } = {}) =>
      alone(async () => {
        if (committed !== undefined) return committed
        assertOpen()
        signal?.throwIfAborted()
        const { writer } = aside
        const { offset } = writer
        if (size !== undefined && offset < size) throw wrongSize(offset, "go on from the ingest's offset")
        writer.seal()
        const blob = { digest: writer.digest(), size: offset }
        const parts = await writer.finish()
        await placeContent(engine, blob, { pieces: () => piecesOf(parts), signal })
        closed = true
        committed = blob
        await aside.remove().catch(() => {})
        return blob
      }),
    discard: () =>
      alone(async () => {
        if (closed) return
        closed = true
        await aside.remove().catch(() => {})
      }),
  }
}

/** Nobody goes on with such content; what a killed process left is told from what one brings that lives. */
function keepBeating({ objects, times }: Engine, key: string, nonce: string): { stop(): Promise<void> } {
  const alone = oneAtATime()
  let count = 0
  const beat = (): Promise<void> => objects.put(key, formatBeat({ nonce, count: ++count, state: 'going' }))
  const timer = setInterval(() => void alone(beat).catch(() => {}), times.beatMs)
  timer.unref()
  return {
    stop() {
      clearInterval(timer)
      return alone(() => Promise.resolve())
    },
  }
}

const ended = (): ContentError =>
  new ContentError('INGEST_CLOSED', 'the ingest of this content has ended', { hint: 'start another one' })

const vanished = (key: string): ContentError =>
  new ContentError('CONTENT_UNREADABLE', `what came is not in the object store any more: ${key}`, {
    hint: 'bring it again',
  })
