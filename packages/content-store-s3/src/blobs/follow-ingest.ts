import { orAbort, type AbortOptions } from '@lading/clock'
import type { Followable, Followed } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import type { ChunkWriter } from './chunk-writer.ts'
import { openReadable } from './documents.ts'
import type { Engine } from './engine.ts'
import { readRange } from './read-blob.ts'

/** An ingest of this process, for those who follow it. */
export interface FollowedIngest extends Followable {
  /** There is more of it, or another writer. */
  changed(): void
  end(outcome: 'verified' | Error): void
}

/**
 * Who keeps up has each chunk while it is written; who does not reads it back from the store, so that nothing waits for
 * him in memory.
 *
 * @param writer what takes the bytes now: another one when the blob comes again from its start
 */
export function followIngest(
  engine: Engine,
  { digest, size, writer }: { readonly digest: Digest; readonly size: number; readonly writer: () => ChunkWriter },
): FollowedIngest {
  let outcome: 'verified' | Error | undefined
  let change = Promise.withResolvers<void>()
  const changed = (): void => {
    const told = change
    change = Promise.withResolvers()
    told.resolve()
  }

  async function* follow({ signal }: AbortOptions = {}): AsyncGenerator<Followed, void, undefined> {
    let seen = writer()
    let next = 0
    let at = 0
    for (;;) {
      signal?.throwIfAborted()
      const { promise } = change
      if (outcome instanceof Error) throw outcome
      if (seen !== writer()) {
        seen = writer()
        next = 0
        at = 0
        yield 'restart'
        continue
      }
      const chunk = seen.chunks[next]
      const bytes = chunk && (seen.inFlight(chunk.key) ?? (await engine.objects.get(chunk.key, { signal })))
      if (bytes !== undefined) {
        next += 1
        at += bytes.length
        yield bytes
      } else if (outcome === 'verified') {
        // Little content is in no chunk, and what somebody else brought first is in theirs.
        yield* readRange(engine, await openReadable(engine, digest, { signal }), { start: at, end: size, signal })
        return
      } else await orAbort(promise, { signal })
    }
  }

  return {
    follow,
    changed,
    end(how) {
      outcome ??= how
      changed()
    },
  }
}
