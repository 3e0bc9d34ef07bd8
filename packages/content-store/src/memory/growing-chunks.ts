import { orAbort, type AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import { arrivingErrors, type Arriving, type ByteRange } from '../arriving.ts'
import type { Followable, Followed } from '../followable.ts'

/** The bytes of one ingest, and those who follow them. */
export interface GrowingChunks extends Followable, Arriving {
  readonly chunks: readonly Uint8Array[]
  readonly length: number
  push(chunk: Uint8Array): void
  restart(): void
  /** What was said first stays so. `failed`: with the error that followers get. */
  end(outcome: 'verified' | Error): void
}

export function growingChunks(already: readonly Uint8Array[] = []): GrowingChunks {
  let chunks = [...already]
  let length = already.reduce((sum, chunk) => sum + chunk.length, 0)
  let generation = 0
  let outcome: 'verified' | Error | undefined
  let changed = Promise.withResolvers<void>()
  const tell = (): void => {
    const told = changed
    changed = Promise.withResolvers()
    told.resolve()
  }

  async function* follow({ signal }: AbortOptions = {}): AsyncGenerator<Followed, void, undefined> {
    for (let seen = generation, at = 0; ;) {
      signal?.throwIfAborted()
      if (outcome instanceof Error) throw outcome
      const chunk = chunks[at]
      if (seen !== generation) {
        seen = generation
        at = 0
        yield 'restart'
      } else if (chunk !== undefined) {
        at += 1
        yield chunk
      } else if (outcome === 'verified') return
      else await orAbort(changed.promise, { signal })
    }
  }

  async function* read(
    digest: Digest,
    seen: number,
    { start, end, signal }: ByteRange & AbortOptions,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    let [next, nextStart] = [0, 0]
    for (let at = start; at < end;) {
      signal?.throwIfAborted()
      if (outcome instanceof Error || seen !== generation) throw arrivingErrors.ended(digest)
      const chunk = chunks[next]
      if (chunk === undefined) {
        if (outcome === 'verified') throw arrivingErrors.tooShort(digest, end, length)
        await orAbort(changed.promise, { signal })
        continue
      }
      // A copy: whoever reads it may change it.
      const piece = chunk.slice(Math.max(0, at - nextStart), end - nextStart)
      next += 1
      nextStart += chunk.length
      at += piece.length
      if (piece.length > 0) yield piece
    }
  }

  return {
    follow,
    read: (digest, range, options) => read(digest, generation, { ...range, ...options }),
    get chunks() {
      return chunks
    },
    get length() {
      return length
    },
    push(chunk) {
      chunks.push(chunk)
      length += chunk.length
      tell()
    },
    restart() {
      chunks = []
      length = 0
      generation += 1
      tell()
    },
    end(how) {
      outcome ??= how
      tell()
    },
  }
}
