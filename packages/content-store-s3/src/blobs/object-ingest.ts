import type { GiveBack } from '@lading/content'
import type { BlobAddress, Followable, Ingest } from '@lading/content-store'
import { ingestErrors, oneAtATime } from '@lading/content-store/engine'
import { algorithmOf } from '@lading/digest'
import { inTime } from '../in-time.ts'
import type { Adopted } from './adopt.ts'
import { writeChunks, type ChunkWriter } from './chunk-writer.ts'
import { removeOwnChunks, removeSurpassed } from './clean-up.ts'
import { presentIn } from './documents.ts'
import { formatDone } from './done-document.ts'
import type { Engine } from './engine.ts'
import { followIngest } from './follow-ingest.ts'
import { claimGeneration, type OwnGeneration } from './own-generation.ts'

interface Options {
  readonly blob: BlobAddress
  readonly own: OwnGeneration
  readonly adopted: Adopted
  readonly validator: string | undefined
  readonly source: string | undefined
  /** This generation and those before it do not count: what is there is known to be bad. */
  readonly instead: number
  /** Whether it ends early where another process is faster. */
  readonly yields: boolean
  /** Lets the next caller of this process in. */
  readonly leave: () => void
  /** More of it can be read, or no more will be. */
  readonly changed: () => void
}

/** A blob on its way into an object store. */
export function objectIngest(
  engine: Engine,
  { blob, adopted, instead, yields, leave, changed, ...options }: Options,
): Ingest<Followable> {
  const { objects, clock, times } = engine
  const { digest, size } = blob
  const errors = ingestErrors(blob)
  /** Of begin, commit, close and discard. */
  const alone = oneAtATime()
  let { own, validator, source } = options
  const superseded = new AbortController()
  yieldTo(own.inherited)
  let writer = writerOf(adopted)
  const growth = followIngest(engine, { digest, size, writer: () => writer })
  let state: 'open' | 'ended' | 'committed' = 'open'

  function yieldTo(inherited: AbortSignal): void {
    if (!yields) return
    const giveWay = (): void => {
      if (own.inherited === inherited && state === 'open')
        superseded.abort(errors.superseded('another process goes on with it'))
    }
    inherited.addEventListener('abort', giveWay, { once: true })
  }
  function grown(): void {
    growth.changed()
    changed()
  }
  function writerOf(start?: Adopted): ChunkWriter {
    const { keys, nonce } = own
    return writeChunks({
      engine,
      algorithm: algorithmOf(digest),
      start,
      size,
      keyAt: (offset) => keys.chunk(offset, nonce),
      refuse: errors,
      grown,
    })
  }
  const assertOpen = (): void => {
    if (state !== 'open') throw errors.ended()
  }
  const end = async (outcome: 'verified' | Error, how: () => Promise<void>): Promise<void> => {
    state = outcome === 'verified' ? 'committed' : 'ended'
    writer.seal()
    growth.end(outcome)
    try {
      await how()
    } finally {
      changed()
      leave()
    }
  }
  /** What the store is not told in time is found by whoever comes next: an owner that says nothing any more. */
  async function letGo(tell: (how: { readonly signal: AbortSignal }) => Promise<void>): Promise<void> {
    try {
      await inTime({ clock, ms: times.closeMs }, tell)
    } finally {
      own.stop()
      await writer.abandon()
    }
  }
  const throwAway = (outcome: 'verified' | Error = errors.ended()): Promise<void> =>
    end(outcome, () =>
      letGo(async (how) => {
        await Promise.all([writer.abandon(), own.end('discarded', how)])
        await removeOwnChunks(engine, digest, { own, ...how })
      }),
    )
  /** The blob comes again from its start, in a generation of its own, so that nobody takes one's bytes for the other's. */
  async function startOver(): Promise<void> {
    const former = { own, writer }
    const next = await claimGeneration(engine, { digest, number: own.number + 1, fresh: true, seenMs: engine.age() })
    if (next === undefined) {
      await own.lookForHeir()
      throw errors.ended()
    }
    own = next
    yieldTo(own.inherited)
    writer = writerOf()
    grown()
    former.writer.seal()
    await former.writer.abandon()
    await former.own.end()
  }

  async function checkDigest(): Promise<void> {
    const actual = writer.digest()
    if (actual === digest) return
    // The reason is what there is to say, not that the remains could not be removed as well.
    const error = errors.wrongDigest(actual)
    await throwAway(error).catch(() => {})
    throw error
  }

  async function publish(): Promise<void> {
    const { chunks, content } = await writer.finish()
    const keys = chunks.map(({ key }) => key)
    const found = await own.look(keys)
    const other = await presentIn(engine, found, { after: instead })
    if (other !== undefined && other.generation !== own.number) {
      // Whoever else brought it brought the same bytes.
      await throwAway('verified').catch(() => {})
    } else {
      await objects.create(own.keys.done, formatDone({ size, chunks, content }, own.nonce))
      await end('verified', () =>
        Promise.all([own.end(), removeSurpassed(engine, found, { by: own.number, keep: new Set(keys) })]).then(
          () => {},
          // What is left belongs to the collector.
          () => {},
        ),
      )
    }
  }

  return {
    digest,
    size,
    growth,
    superseded: yields ? superseded.signal : undefined,
    get offset() {
      return writer.offset
    },
    get validator() {
      return validator
    },
    get source() {
      return source
    },
    begin: (answer) =>
      alone(async () => {
        assertOpen()
        const { offset } = writer
        if (answer.start !== 0 && answer.start !== offset) throw errors.startsElsewhere(answer.start, offset)
        await own.lookForHeir().catch((error: unknown) => {
          superseded.signal.throwIfAborted()
          throw error
        })
        if (answer.start === 0 && offset > 0) await startOver()
        ;({ validator, source } = answer)
        if (size > engine.bounds.inlineBytes) await own.tell({ validator, source })
      }),
    write(chunk: Uint8Array, giveBack?: GiveBack) {
      superseded.signal.throwIfAborted()
      own.assertOurs()
      return writer.write(chunk, giveBack)
    },
    commit: ({ signal } = {}) =>
      alone(async () => {
        if (state === 'committed') return
        assertOpen()
        signal?.throwIfAborted()
        if (writer.offset < size) {
          await writer.flush()
          throw errors.tooShort(writer.offset)
        }
        await checkDigest()
        signal?.throwIfAborted()
        await publish()
      }),
    close() {
      writer.seal()
      return alone(async () => {
        if (state !== 'open') return
        await end(errors.ended(), () =>
          letGo(async (how) => {
            try {
              await writer.flush()
              await own.tell({ validator, source }, how)
              await own.end('closed', how)
            } catch {
              await own.end('discarded', how)
            }
          }).catch(() => {}),
        )
      })
    },
    discard() {
      writer.seal()
      return alone(async () => {
        if (state === 'open') await throwAway()
      })
    },
  }
}
