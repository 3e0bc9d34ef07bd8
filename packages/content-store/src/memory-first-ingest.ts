import { join } from 'node:path'
import { algorithmOf, hexOf } from '@lading/digest'
import { createHasher } from '@lading/digest/hash'
import { isLadingError } from '@lading/errors'
import type { BlobAddress } from './content-store.ts'
import type { FileSystem } from './file-system.ts'
import type { FileGrowth } from './growth.ts'
import type { FileIngest, Ingest } from './ingest.ts'
import type { IngestDirectory } from './ingest-directory.ts'
import { ingestErrors } from './ingest-errors.ts'
import type { StoreLayout } from './layout.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { place } from './place.ts'
import { announceInMemory } from './read-growing-file.ts'
import { removeQuietly, temporaryPath, writeNewFile } from './write-file-durably.ts'

/** In bytes. What is larger goes to the disk as it comes. */
export const mostInMemory: number = 1024 * 1024
/** What takes longer goes on on the disk: whoever waits for it sees it grow, and the next one can go on with it. */
const toDiskAfterMs = 1_000

interface Options {
  readonly fs: FileSystem
  readonly layout: Pick<StoreLayout, 'trash' | 'quarantine' | 'staging' | 'ingest'>
  readonly blob: BlobAddress
  readonly target: string
  /** Inode of the file in the blob's place that is known to be bad. */
  readonly instead?: bigint | undefined
  /** It has no bytes of an earlier download. */
  readonly directory: IngestDirectory
  /** The same ingest on the disk, from its first byte. It lets the next caller in. */
  readonly onDisk: () => Promise<FileIngest>
  /** Lets the next caller of this process in. */
  readonly leave: () => void
}

/**
 * The ingest of a small blob: its bytes are in memory until all of them came, are right, and are written once. One that is
 * slow, closed before its end, or read while it comes, becomes an ordinary one, with the bytes that it has.
 */
export function memoryFirstIngest(options: Options): Ingest<FileGrowth> {
  const { fs, layout, blob, target, instead, directory, leave } = options
  const { digest, size } = blob
  const errors = ingestErrors(blob)
  const superseded = new AbortController()
  /** Of commit, close and discard. */
  const alone = oneAtATime()
  let memory: Uint8Array | undefined
  let offset = 0
  let hasher = createHasher(algorithmOf(digest))
  let answer: Parameters<Ingest['begin']>[0] | undefined
  let state: 'open' | 'ended' | 'committed' = 'open'
  let sealed = false
  let failure: unknown
  let disk: FileIngest | undefined
  let moving: Promise<void> | undefined

  const assertOpen = (): void => {
    if (failure !== undefined) throw failure
    if (state !== 'open') throw errors.ended()
  }
  const end = async (how: 'ended' | 'committed'): Promise<void> => {
    stay()
    state = how
    memory = undefined
    try {
      await directory.removeEmpty()
    } finally {
      leave()
    }
  }
  const orThrowAway = async (step: () => void | Promise<void>): Promise<void> => {
    try {
      await step()
    } catch (error) {
      await end('ended').catch(() => {})
      throw error
    }
  }

  /** Does not reject: a disk that fails is told by whoever writes next. */
  const toDisk = (): Promise<void> => {
    clearTimeout(timer)
    return (moving ??= move()
      .catch((error: unknown) => {
        failure = error
        memory = undefined
        superseded.abort(error)
      })
      // By now it is found where all are that come into files.
      .finally(withdraw))
  }
  async function move(): Promise<void> {
    const opened = await options.onDisk().catch(async (error: unknown) => {
      await end('ended').catch(() => {})
      throw error
    })
    try {
      // What comes meanwhile comes into memory, and goes with the rest.
      if (answer !== undefined) await opened.begin({ ...answer, start: 0 })
      if (memory !== undefined) void opened.write(memory.subarray(0, offset))
    } catch (error) {
      state = 'ended'
      await opened.discard().catch(() => {})
      throw error
    }
    opened.superseded?.addEventListener('abort', () => superseded.abort(opened.superseded?.reason))
    memory = undefined
    disk = opened
  }
  const timer = setTimeout(() => void toDisk(), toDiskAfterMs)
  timer.unref()
  const withdraw = announceInMemory(layout.ingest(digest), toDisk)
  /** Nobody but this ingest itself moves it any more. */
  function stay(): void {
    clearTimeout(timer)
    withdraw()
  }

  async function publish(bytes: Uint8Array): Promise<void> {
    const temp = temporaryPath(join(layout.staging, hexOf(digest)))
    await writeNewFile(fs, temp, bytes).catch(async (error: unknown) => {
      if (!isLadingError(error, 'NOT_FOUND')) throw error
      await fs.mkdir(layout.staging, { recursive: true })
      await writeNewFile(fs, temp, bytes)
    })
    try {
      await place(fs, layout, temp, target, { size, instead })
    } catch (error) {
      await removeQuietly(fs, temp)
      throw error
    }
  }

  return {
    digest,
    size,
    superseded: superseded.signal,
    get growth() {
      return disk?.growth
    },
    get offset() {
      return disk?.offset ?? offset
    },
    get validator() {
      return disk === undefined ? answer?.validator : disk.validator
    },
    get source() {
      return disk === undefined ? answer?.source : disk.source
    },
    async begin(next) {
      await moving
      if (disk !== undefined) return await disk.begin(next)
      assertOpen()
      if (next.start !== 0 && next.start !== offset) throw errors.startsElsewhere(next.start, offset)
      if (next.start === 0 && offset > 0) {
        offset = 0
        hasher = createHasher(algorithmOf(digest))
      }
      answer = next
    },
    write(chunk, giveBack) {
      if (disk !== undefined) return disk.write(chunk, giveBack)
      assertOpen()
      if (sealed) throw errors.ended()
      const length = offset + chunk.length
      if (length > size) throw errors.tooLong(length)
      memory ??= new Uint8Array(size)
      memory.set(chunk, offset)
      hasher.update(chunk)
      offset = length
      giveBack?.()
      return moving
    },
    commit: (how = {}) =>
      alone(async () => {
        await moving
        if (disk !== undefined) return disk.commit(how)
        if (state === 'committed') return
        assertOpen()
        how.signal?.throwIfAborted()
        if (offset < size) throw errors.tooShort(offset)
        stay()
        await orThrowAway(async () => {
          const actual = hasher.digest()
          if (actual !== digest) throw errors.wrongDigest(actual)
          await publish(memory ?? new Uint8Array(0))
        })
        await end('committed').catch(() => {})
      }),
    close() {
      sealed = true
      return alone(async () => {
        if (state !== 'open') return
        if (offset === 0 && moving === undefined) return await end('ended').catch(() => {})
        await toDisk()
        await disk?.close()
      })
    },
    discard() {
      sealed = true
      return alone(async () => {
        await moving
        if (disk !== undefined) return disk.discard()
        if (state === 'open') await end('ended')
      })
    },
  }
}
