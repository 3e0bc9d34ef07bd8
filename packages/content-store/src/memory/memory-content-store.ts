import { parseDigest, type Digest } from '@lading/digest'
import { printable } from '@lading/errors'
import { arrivingErrors } from '../arriving.ts'
import { ContentError } from '../content-error.ts'
import type { ContentStore, IngestOptions, BlobAddress } from '../content-store.ts'
import type { Followable } from '../followable.ts'
import type { Ingest } from '../ingest.ts'
import type { Amount, Leftovers } from '../leftovers.ts'
import { enterQueue } from '../queue.ts'
import { assertDigest } from '../small-content.ts'
import { blobOf, putBlob, soundBlob, wrongSize } from './memory-blobs.ts'
import { memoryIngest } from './memory-ingest.ts'
import { memoryUnnamedIngest } from './memory-unnamed-ingest.ts'
import { createMemory, type Memory } from './memory.ts'
import { sendMemoryBlob } from './send-memory-blob.ts'

const readLimit = 4 * 1024 * 1024
const chunkBytes = 256 * 1024

/** A content store in memory, with all its promises but one: nothing outlives the process. */
export function createMemoryContentStore(memory: Memory = createMemory()): ContentStore<Followable> {
  const { blobs, partials, trash, quarantine } = memory
  const put = (digest: Digest, bytes: Uint8Array): void => {
    const there = blobs.get(digest)
    if (there === undefined || Buffer.compare(there.bytes, bytes) !== 0)
      putBlob(memory, digest, new Uint8Array(bytes), there)
  }

  async function ingest(
    { digest, size }: BlobAddress,
    { signal, replace = false, fresh = false }: IngestOptions = {},
  ): Promise<Ingest<Followable> | undefined> {
    signal?.throwIfAborted()
    parseDigest(digest)
    if (!Number.isSafeInteger(size) || size < 0) throw impossibleSize(digest, size)
    const instead = replace ? blobs.get(digest) : undefined
    const isHere = (): boolean => {
      const there = blobs.get(digest)
      return there !== undefined && there !== instead && there.bytes.length === size
    }
    if (isHere()) return undefined
    const leave = await enterQueue(`${memory.id} ${digest}`, signal)
    if (!isHere()) return memoryIngest(memory, { digest, size }, { fresh, instead, leave })
    leave()
    return undefined
  }

  const leftovers = (): Leftovers => ({
    trash: amountOf(trash.map(({ blob }) => blob.bytes)),
    quarantine: amountOf(quarantine.map(({ bytes }) => bytes)),
    downloads: {
      ...amountOf([...partials.values()].flatMap(({ chunks }) => chunks)),
      files: partials.size + memory.ingests,
    },
    temporary: amountOf([]),
  })

  /** What was removed and is needed again comes back. */
  async function spare(needed: () => Promise<ReadonlySet<Digest>>): Promise<void> {
    if (trash.length === 0) return
    const still = await needed()
    for (const { digest, blob } of trash.splice(0)) {
      if (!still.has(digest)) trash.push({ digest, blob })
      else if (!blobs.has(digest)) blobs.set(digest, blob)
    }
  }

  return {
    ingest,
    async stat(digest) {
      const blob = blobs.get(parseDigest(digest))
      return blob && { size: blob.bytes.length }
    },
    async read(digest, { maxBytes = readLimit, signal } = {}) {
      signal?.throwIfAborted()
      const { length } = blobOf(memory, digest).bytes
      if (length > maxBytes)
        throw new ContentError('TOO_LARGE', `${digest} has ${length} bytes, more than the limit of ${maxBytes}`, {
          digest,
          expected: maxBytes,
          actual: length,
          hint: 'read it in chunks with open(), or raise maxBytes',
        })
      return soundBlob(memory, digest).bytes.slice()
    },
    async *open({ digest, size }, { signal } = {}) {
      const { bytes } = soundBlob(memory, digest)
      if (bytes.length !== size) throw wrongSize(digest, size, bytes.length)
      for (let at = 0; at < size; at += chunkBytes) {
        signal?.throwIfAborted()
        yield bytes.slice(at, at + chunkBytes)
      }
    },
    async verify(digest, { signal } = {}) {
      signal?.throwIfAborted()
      return { size: soundBlob(memory, digest).bytes.length }
    },
    arriving: {
      read(digest, range, options) {
        const growing = memory.arriving.get(parseDigest(digest))
        if (growing === undefined) throw arrivingErrors.unknown(digest)
        return growing.read(digest, range, options)
      },
    },
    send: (blob, sink, options) => sendMemoryBlob(memory, blob, sink, options),
    async ingestUnnamed({ signal, ...how } = {}) {
      signal?.throwIfAborted()
      return memoryUnnamedIngest(memory, how)
    },
    async put(digest, bytes, { signal } = {}) {
      signal?.throwIfAborted()
      assertDigest(digest, bytes)
      put(digest, bytes)
    },
    async stage(digest, bytes, { signal } = {}) {
      signal?.throwIfAborted()
      assertDigest(digest, bytes)
      const copy = new Uint8Array(bytes)
      let waiting = true
      return {
        digest,
        async publish() {
          if (waiting) put(digest, copy)
          waiting = false
        },
        async discard() {
          waiting = false
        },
      }
    },
    makeDurable: () => Promise.resolve(),
    async *list({ signal } = {}) {
      for (const [digest, { bytes, modifiedMs }] of blobs) {
        signal?.throwIfAborted()
        yield { digest, size: bytes.length, modifiedMs }
      }
    },
    async remove(digest, { assertHeld } = {}) {
      const blob = blobs.get(parseDigest(digest))
      if (blob === undefined) return false
      await assertHeld?.()
      blobs.delete(digest)
      trash.push({ digest, blob })
      return true
    },
    async emptyTrash({ needed, quarantine: all = false, dryRun = false } = {}) {
      if (!dryRun && needed !== undefined) await spare(needed)
      const removed = { ...leftovers(), downloads: amountOf([]), ...(all ? {} : { quarantine: amountOf([]) }) }
      if (!dryRun) {
        trash.length = 0
        if (all) quarantine.length = 0
      }
      return removed
    },
    assertRoom: () => Promise.resolve(),
    leftovers: async () => leftovers(),
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

const amountOf = (bytes: readonly Uint8Array[]): Amount => ({
  files: bytes.length,
  bytes: bytes.reduce((sum, { length }) => sum + length, 0),
})
