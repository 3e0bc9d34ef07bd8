import { systemClock, type Clock } from '@lading/clock'
import {
  ContentError,
  type BlobAddress,
  type ContentStore,
  type Followable,
  type Ingest,
  type IngestOptions,
  type Overtaking,
  type WaitingOptions,
} from '@lading/content-store'
import { enterQueue } from '@lading/content-store/engine'
import { parseDigest, type Digest } from '@lading/digest'
import { printable } from '@lading/errors'
import { ageingClock } from './ageing-clock.ts'
import { arrivingChunks } from './blobs/arriving-chunks.ts'
import { createChanges } from './blobs/changes.ts'
import { presentIn } from './blobs/documents.ts'
import { defaultBounds, type Bounds, type Engine } from './blobs/engine.ts'
import { presentGenerations, readGenerations } from './blobs/generations.ts'
import { countLeftovers } from './blobs/leftovers.ts'
import { listBlobs } from './blobs/list-blobs.ts'
import { objectIngest } from './blobs/object-ingest.ts'
import { objectUnnamedIngest } from './blobs/object-unnamed-ingest.ts'
import { readVerified, readWhole, verifyBlob } from './blobs/read-blob.ts'
import { sendBlob } from './blobs/send-blob.ts'
import { putContent, stageContent } from './blobs/small-content.ts'
import { startIngest } from './blobs/start-ingest.ts'
import { createCollection } from './collection/collection.ts'
import { newNonce } from './nonce.ts'
import type { Objects } from './objects.ts'
import { timesOf, type Times } from './times.ts'

const readLimit = 4 * 1024 * 1024

export interface ObjectContentStoreOptions extends WaitingOptions {
  /** Steady ones: see `steadyObjects`. */
  readonly objects: Objects
  /** Default: those of `timesOf()`. */
  readonly times?: Times | undefined
  readonly clock?: Clock | undefined
  /** What a blob takes of memory. Default: chunks of 4 MiB, three of each blob in flight. */
  readonly bounds?: Partial<Bounds> | undefined
  /**
   * `emptyTrash` waits until what was removed has been condemned for the grace time, so that nothing stays for the next one:
   * for a program that does nothing else. Default false.
   */
  readonly patient?: boolean | undefined
  /** When another process's download that is slow is overtaken. */
  readonly overtaking?: Overtaking | undefined
}

/** Bytes by digest in an object store that many processes share. Asks nothing and writes nothing by itself. */
export function createObjectContentStore({
  objects,
  times = timesOf(),
  clock = systemClock,
  bounds,
  patient,
  overtaking,
  onWaiting,
}: ObjectContentStoreOptions): ContentStore<Followable> {
  const engine: Engine = {
    objects,
    times,
    clock,
    age: ageingClock(clock),
    bounds: { ...defaultBounds, ...bounds },
    rivals: { overtaking, onWaiting },
  }
  const changes = createChanges(clock)
  const own = newNonce()

  async function ingest(
    blob: BlobAddress,
    { signal, replace = false, fresh = false, yields = false }: IngestOptions = {},
  ): Promise<Ingest<Followable> | undefined> {
    const { digest, size } = blob
    signal?.throwIfAborted()
    parseDigest(digest)
    if (!Number.isSafeInteger(size) || size < 0) throw impossibleSize(digest, size)
    const instead = replace
      ? (presentGenerations(await readGenerations(objects, digest, { signal }))[0]?.number ?? 0)
      : 0
    const leave = await enterQueue(`${own} ${digest}`, signal)
    try {
      const started = await startIngest(engine, blob, { instead, fresh, yields, signal })
      if (started !== undefined)
        return objectIngest(engine, { blob, instead, yields, leave, changed: () => changes.tell(digest), ...started })
    } catch (error) {
      leave()
      throw error
    }
    leave()
    return undefined
  }

  return {
    ingest,
    async stat(digest) {
      const present = await presentIn(engine, await readGenerations(objects, digest))
      return present && { size: present.size }
    },
    async read(digest, { maxBytes = readLimit, signal } = {}) {
      signal?.throwIfAborted()
      return readWhole(engine, digest, { maxBytes, signal })
    },
    open: (blob, options) => readVerified(engine, blob, options),
    async verify(digest, options) {
      options?.signal?.throwIfAborted()
      return { size: await verifyBlob(engine, digest, options) }
    },
    arriving: arrivingChunks(engine, changes),
    send: (blob, sink, options) => sendBlob(engine, blob, { ...options, sink }),
    async ingestUnnamed({ signal, ...how } = {}) {
      signal?.throwIfAborted()
      return objectUnnamedIngest(engine, how)
    },
    put: (digest, bytes, options) => putContent(engine, digest, { ...options, bytes }),
    stage: async (digest, bytes, options) => stageContent(engine, digest, { ...options, bytes }),
    // What was answered is durable.
    makeDurable: () => Promise.resolve(),
    list: (options) => listBlobs(engine, options),
    ...createCollection(engine, { patient }),
    // The store has no end that it tells of.
    assertRoom: () => Promise.resolve(),
    leftovers: () => countLeftovers(engine),
  }
}

function impossibleSize(digest: Digest, size: number): ContentError {
  const actual = printable(String(size), 40)
  return new ContentError('SIZE_MISMATCH', `${digest} cannot have ${actual} bytes`, {
    digest,
    actual,
    hint: 'the size of a descriptor must be a whole number of bytes',
  })
}
