import type { AbortOptions } from '@lading/clock'
import type { Arriving, ByteRange } from '@lading/content-store'
import { arrivingErrors } from '@lading/content-store/engine'
import type { Digest } from '@lading/digest'
import { adoptableOf } from './adoptable.ts'
import type { Changes } from './changes.ts'
import { openReadable, presentIn } from './documents.ts'
import type { Engine } from './engine.ts'
import { presentGenerations, readGenerations, type Generations, type StoredChunk } from './generations.ts'
import { readRange } from './read-blob.ts'
import { isTaken } from './start-ingest.ts'
import { watchOwner } from './watch-owner.ts'

/**
 * Blobs on their way, whoever brings them: the keys are listed again and again, and chunks are read as they appear. The
 * last chunk appears with the list of all. A reader goes on with the next owner who goes on with what was read.
 */
export function arrivingChunks(engine: Engine, changes: Changes): Arriving {
  return { read: (digest, range, options) => readArriving(engine, changes, { digest, ...range, ...options }) }
}

async function* readArriving(
  engine: Engine,
  changes: Changes,
  { digest, start, end, signal }: ByteRange & AbortOptions & { readonly digest: Digest },
): AsyncGenerator<Uint8Array, void, undefined> {
  const { objects, times } = engine
  const brings = watchOwner(objects, digest, engine)
  /** Of all that was read. */
  const read: StoredChunk[] = []
  let at = start
  let began: number | undefined
  while (at < end) {
    signal?.throwIfAborted()
    const found = await readGenerations(objects, digest, { signal })
    if (began === undefined) {
      if (!isTaken(found) || !(await brings(found.top, { signal }))) throw arrivingErrors.unknown(digest)
      began = found.top
    }
    const present = presentGenerations(found).some(({ number }) => number >= (began ?? 0))
    if (present) {
      yield* readFinished(engine, found, { digest, read, start: at, end, signal })
      return
    }
    const { chunks } = await adoptableOf(objects, found, { before: found.top + 1, signal })
    // What was read must be part of what is there: otherwise it begins anew, or its owner threw it away.
    if (!read.every(({ key, offset }) => chunks.some((chunk) => chunk.key === key && chunk.offset === offset)))
      throw arrivingErrors.ended(digest)
    let headway = false
    for (const chunk of chunks) {
      if (at >= end) return
      if (chunk.offset + chunk.size <= at || chunk.offset > at) continue
      const bytes = await objects.get(chunk.key, { signal, maxBytes: chunk.size })
      // Its owner has thrown it away, or it is done and came from elsewhere: the keys tell.
      if (bytes === undefined) break
      const piece = bytes.subarray(at - chunk.offset, end - chunk.offset)
      read.push(chunk)
      at += piece.length
      headway = true
      yield piece
    }
    if (at >= end) return
    if (headway) continue
    if (!isTaken(found) || !(await brings(found.top, { signal }))) throw arrivingErrors.ended(digest)
    await changes.next(digest, times.pollMs, { signal })
  }
}

async function* readFinished(
  engine: Engine,
  found: Generations,
  {
    digest,
    read,
    start,
    end,
    signal,
  }: ByteRange & AbortOptions & { readonly digest: Digest; readonly read: readonly StoredChunk[] },
): AsyncGenerator<Uint8Array, void, undefined> {
  const size = (await presentIn(engine, found, { signal }))?.size ?? 0
  const readable = await openReadable(engine, digest, { signal })
  // Another one may have begun anew and ended between two looks.
  const keys = new Set(readable.document.chunks.map(({ key }) => key))
  if (!read.every(({ key }) => keys.has(key))) throw arrivingErrors.ended(digest)
  // What there is of it is not held back.
  if (start < size) yield* readRange(engine, readable, { start, end: Math.min(end, size), signal })
  if (end > size) throw arrivingErrors.tooShort(digest, end, size)
}
