import { isLadingError } from '@lading/errors'
import type { BlobSink } from '@lading/registry-client'
import type { LayerSource } from './layer-source.ts'
import { nextLevel, type RangeLevel } from './range-level.ts'
import type { RangeOptions } from './range-options.ts'
import { isWhole, newPiece, NotAPart, type PieceAnswer, type RangePiece } from './range-piece.ts'
import { unwrapSinkError } from './retry-policy.ts'

/** Brings a layer by several requests at once, where that is faster than by one. */
export interface RangeFetcher {
  /** One attempt. What it has got when it fails is used by the next one. */
  fetch: LayerSource
  /** What came and was not passed on is void. */
  reset(): void
}

const defaultPieceBytes = 4 * 1024 * 1024

/**
 * The layer in parts, each by a request of its own. What comes of the first part that is missing is passed on at once;
 * what comes of those behind it is kept in memory until its turn, so that the sink gets all bytes in order, hashes them
 * as they come, and what it has is always a start of the layer: nobody has to know of parts to go on after a crash.
 *
 * There is one request until one part has come, then one more for as long as each makes it faster. A server that
 * answers with anything but exactly the part of the same content is asked for the rest in one.
 */
export function fetchInRanges(
  source: LayerSource,
  { size, most, refused, pieceBytes = defaultPieceBytes, now = () => performance.now() }: RangeOptions,
): RangeFetcher {
  let pieces: RangePiece[] = []
  let level: RangeLevel = { requests: 1, rate: 0, settled: false }
  let agreed: PieceAnswer | undefined
  let off = false
  let since = { at: now(), bytes: 0, pieces: 0 }

  const measure = (): void => {
    if (++since.pieces < level.requests) return
    level = nextLevel(level, (since.bytes * 1000) / Math.max(1, now() - since.at), most)
    since = { at: now(), bytes: 0, pieces: 0 }
  }

  function agree(answer: PieceAnswer, sink: BlobSink): void {
    // What another source has begun may go on only where the two are known to be the same, which whoever asks for the rest looks at.
    if (agreed === undefined && sink.offset > 0 && sink.source !== undefined && sink.source !== answer.source)
      throw new NotAPart('another source began it')
    if (refused.has(answer.source)) level = { ...level, requests: 1, settled: true }
    if (agreed !== undefined && (answer.source !== agreed.source || answer.validator !== agreed.validator))
      throw new NotAPart('its parts belong to different content')
    agreed ??= answer
  }

  function sinkOf(piece: RangePiece, sink: BlobSink): BlobSink {
    const position = (): number => piece.start + piece.received
    return {
      get offset() {
        return position()
      },
      end: piece.end,
      get validator() {
        return sink.validator
      },
      get source() {
        return sink.source
      },
      begin(answer) {
        if (answer.start !== position()) throw new NotAPart(`it begins at ${answer.start} instead of ${position()}`)
        agree(answer, sink)
        piece.answer = answer
        return piece.direct ? sink.begin(answer) : undefined
      },
      write(chunk, giveBack) {
        since.bytes += chunk.length
        // All of it came where a part was asked for: good enough, where it is the start.
        if (piece.received + chunk.length > piece.end - piece.start) {
          if (!piece.direct || pieces.length > 1) throw new NotAPart('it is longer than asked for')
          piece.end = size
          level = { ...level, requests: 1, settled: true }
        }
        piece.received += chunk.length
        if (piece.direct) return sink.write(chunk, giveBack)
        piece.kept.push([chunk, giveBack])
      },
    }
  }

  /** Passes on what is next, as far as it is here. */
  async function passOn(sink: BlobSink): Promise<void> {
    for (;;) {
      const [first, next] = pieces
      if (first === undefined) return
      if (!first.direct) {
        if (first.answer !== undefined) await sink.begin({ ...first.answer, start: first.start })
        for (let kept = first.kept.shift(); kept !== undefined; kept = first.kept.shift()) await sink.write(...kept)
        first.direct = true
      }
      // Its last write may not be over.
      if (!isWhole(first) || first.running) return
      pieces.shift()
      if (next === undefined) return
    }
  }

  async function inParts(sink: BlobSink, { signal, onWait }: Parameters<LayerSource>[1]): Promise<void> {
    const stop = new AbortController()
    const all = AbortSignal.any([signal, stop.signal])
    const running = new Map<RangePiece, Promise<void>>()
    const failures: unknown[] = []
    const fail = (error: unknown): void => {
      failures.push(error)
      stop.abort(error)
    }
    since = { at: now(), bytes: 0, pieces: 0 }

    const start = (piece: RangePiece): void => {
      piece.running = true
      const request = source(sinkOf(piece, sink), { signal: all, onWait: piece.direct ? onWait : () => {} })
        .then(measure, fail)
        .finally(() => {
          piece.running = false
          running.delete(piece)
        })
      running.set(piece, request)
    }
    const nextPiece = (): RangePiece | undefined => {
      const begun = pieces.find((piece) => !piece.running && !isWhole(piece))
      if (begun !== undefined) return begun
      const at = pieces.at(-1)?.end ?? sink.offset
      if (at >= size || pieces.length >= level.requests) return undefined
      // Alone it may as well bring the rest.
      const end = level.settled && level.requests === 1 ? size : Math.min(size, at + pieceBytes)
      const piece = newPiece(at, end, pieces.length === 0)
      pieces.push(piece)
      return piece
    }

    for (;;) {
      while (failures.length === 0 && running.size < level.requests) {
        const piece = nextPiece()
        if (piece === undefined) break
        start(piece)
      }
      if (running.size > 0) await Promise.race(running.values())
      if (failures.length === 0) await passOn(sink).catch(fail)
      if (running.size > 0) continue
      // What the others say is that they were ended.
      if (failures.length > 0) throw failures[0]
      if (pieces.length === 0 && sink.offset >= size) return
    }
  }

  return {
    async fetch(sink, how) {
      if (off) return source(sink, how)
      try {
        await inParts(sink, how)
      } catch (error) {
        if (!(unwrapSinkError(error) instanceof NotAPart) && !isLadingError(error, 'RANGE_INVALID')) throw error
        how.signal.throwIfAborted()
        off = true
        pieces = []
        if (agreed !== undefined) refused.add(agreed.source)
        await source(sink, how)
      }
    },
    reset() {
      pieces = []
      agreed = undefined
    },
  }
}
