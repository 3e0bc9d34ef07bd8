import type { AbortOptions } from '@lading/clock'
import { ContentError, type BlobAddress, type UnnamedIngest } from '@lading/content-store'
import { oneAtATime, unnamedErrors } from '@lading/content-store/engine'
import type { Algorithm } from '@lading/digest'
import { inTime } from '../in-time.ts'
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
  const { objects, bounds, clock, times } = engine
  const errors = unnamedErrors(size)
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
      refuse: errors,
    })
    return {
      writer,
      async remove() {
        writer.seal()
        // What is left is the collector's.
        await inTime({ clock, ms: times.closeMs }, async (how) => {
          await Promise.all([heart.stop(how), writer.abandon()])
          for await (const { key } of objects.list(keys.prefix, how)) await objects.remove(key, how)
        })
      },
    }
  }
  const assertOpen = (): void => {
    if (closed) throw errors.ended()
  }
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
        if (start !== 0 && start !== offset) throw errors.startsElsewhere(start, offset)
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
        if (size !== undefined && offset < size) throw errors.tooShort(offset)
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
function keepBeating(
  { objects, times }: Engine,
  key: string,
  nonce: string,
): { readonly stop: (options: AbortOptions) => Promise<void> } {
  const alone = oneAtATime()
  const life = new AbortController()
  const { signal } = life
  let count = 0
  const beat = (): Promise<void> => objects.put(key, formatBeat({ nonce, count: ++count, state: 'going' }), { signal })
  const timer = setInterval(() => void alone(beat).catch(() => {}), times.beatMs)
  timer.unref()
  return {
    stop({ signal: late }) {
      clearInterval(timer)
      late?.addEventListener('abort', () => life.abort(), { once: true })
      return alone(() => Promise.resolve())
    },
  }
}

const vanished = (key: string): ContentError =>
  new ContentError('CONTENT_UNREADABLE', `a part of it is no longer in the object store: ${key}`, {
    hint: 'upload it again',
  })
