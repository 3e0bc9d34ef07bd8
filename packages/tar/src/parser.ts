import { blockSize, tarPadding } from './blocks.ts'
import { boundsOf } from './bounds.ts'
import { checkChecksum } from './checksum.ts'
import { saysUstar } from './dialect.ts'
import { createEntryContext, readEntry } from './entry-header.ts'
import { createInput } from './input.ts'
import { createMetaHeaders } from './meta-headers.ts'
import { beginSparseMap, type SparseMap } from './sparse-map.ts'
import { ambiguous, corrupt, noArchive, tooLarge, truncated } from './tar-error.ts'
import type { TarReaderOptions } from './tar-reader-options.ts'
import type { TarEntry } from './tar-entry.ts'

/** `entry`, then a `piece` for each part of its body, then `body-end`; `end` once the archive is over; undefined: feed more. */
type Step = 'entry' | 'piece' | 'body-end' | 'end' | undefined

/** The synchronous core, which runs step by step: no byte is read before a step needs it. */
export interface Parser {
  /** Only after `next` returned undefined, or `end`. */
  feed(chunk: Uint8Array): void
  next(): Step
  /** No chunk follows. */
  finish(): void
  /** Skips the rest of the current body, without a `piece`. */
  skipBody(): void
  /** Skips at most this many bytes of a skipped body or its padding without feeding them; returns how many. Only after `next` returned undefined. */
  leap(most: number): number
  /** After `entry`. */
  readonly entry: TarEntry
  /** After `piece`: a view of the chunk. */
  readonly piece: Uint8Array
}

type Place = 'header' | 'meta' | 'sparse-map' | 'body' | 'padding' | 'ended'

const none: Uint8Array = new Uint8Array(0)

export function createParser(options: TarReaderOptions = {}): Parser {
  const { endMarker = 'required' } = options
  const bounds = boundsOf(options)
  const input = createInput()
  const meta = createMetaHeaders(bounds)
  const context = createEntryContext(bounds)
  let place: Place = 'header'
  let zeroBlocks = 0
  let headers = 0
  let entry: TarEntry | undefined
  let map: SparseMap | undefined
  let remaining = 0
  let skipping = false
  let piece = none

  /** Whether the last entry is complete. */
  function header(): boolean {
    const { bytes, start } = input
    const offset = input.offset - blockSize
    const sum = input.sum()
    if (sum === 0) {
      if (meta.pending) throw corrupt('a PAX header or a long name without an entry after it', offset)
      if (++zeroBlocks === 2) place = 'ended'
      return false
    }
    if (zeroBlocks > 0) throw ambiguous('one block of zeros, followed by more content', offset - blockSize)
    if (offset === 0) checkFirst(bytes, start, sum)
    else checkChecksum(bytes, start, sum, offset)
    if (++headers > bounds.maxEntries) throw tooLarge(`more than ${bounds.maxEntries} entries`, 'maxEntries', offset)
    if (meta.begin(input, offset)) {
      place = 'meta'
      return false
    }
    const before = meta.take()
    entry = readEntry(bytes, start, before, offset, context)
    map = beginSparseMap(bytes, start, entry, before, offset, bounds)
    if (map !== undefined) {
      place = 'sparse-map'
      return map.isWhole && begin(map.finish(entry))
    }
    return begin(entry)
  }

  function begin(read: TarEntry): true {
    entry = read
    remaining = read.size
    skipping = false
    place = 'body'
    return true
  }

  function body(): Step {
    if (skipping) remaining -= input.skip(remaining)
    else if (remaining > 0) {
      piece = input.take(remaining)
      remaining -= piece.length
      return piece.length === 0 ? undefined : 'piece'
    }
    if (remaining > 0) return undefined
    remaining = tarPadding((entry as TarEntry).size)
    place = 'padding'
    return 'body-end'
  }

  return {
    feed: input.feed,
    next() {
      for (;;) {
        switch (place) {
          case 'body':
            return body()
          case 'padding':
            remaining -= input.skip(remaining)
            if (remaining > 0) return undefined
            place = 'header'
            break
          case 'header':
            if (!input.block()) return undefined
            if (header()) return 'entry'
            break
          case 'meta':
            if (!meta.gather(input)) return undefined
            place = 'header'
            break
          case 'sparse-map':
            if (!input.block()) return undefined
            ;(map as SparseMap).take(input.bytes, input.start)
            if ((map as SparseMap).isWhole) {
              begin((map as SparseMap).finish(entry as TarEntry))
              return 'entry'
            }
            break
          case 'ended':
            input.skip(Infinity)
            return 'end'
        }
      }
    },
    finish() {
      if (place === 'ended') return
      const { end } = input
      const isBetween = place === 'header' && !meta.pending && end === input.offset
      if (endMarker === 'optional' && ((isBetween && end > 0) || place === 'padding')) return
      if (end === 0) throw noArchive('TAR_TRUNCATED', 'it is empty', end)
      if (end < blockSize)
        throw noArchive('TAR_TRUNCATED', `it has ${end} bytes, but the shortest archive has 1024`, end)
      if (!isBetween) throw truncated('inside an entry', end)
      throw truncated('without its closing blocks of zeros', end)
    },
    skipBody() {
      skipping = true
    },
    leap(most) {
      const count = place === 'padding' || (place === 'body' && skipping) ? Math.min(most, remaining) : 0
      remaining -= count
      input.leap(count)
      return count
    },
    get entry() {
      return entry as TarEntry
    },
    get piece() {
      return piece
    },
  }
}

/** Input that is not an archive at all is reported as that, not as a broken archive. */
function checkFirst(bytes: Uint8Array, block: number, sum: number): void {
  try {
    checkChecksum(bytes, block, sum, 0)
  } catch (error) {
    throw saysUstar(bytes, block) ? error : noArchive('TAR_CORRUPT', 'it does not begin with a tar header', 0)
  }
}
