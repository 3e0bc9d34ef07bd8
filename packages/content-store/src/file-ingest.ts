import { algorithmOf } from '@lading/digest'
import { createHasher, type Hasher } from '@lading/digest/hash'
import type { BlobAddress } from './content-store.ts'
import { ContentError } from './content-error.ts'
import type { FileSystem } from './file-system.ts'
import { growthWriter } from './growth-cells.ts'
import type { Ingest } from './ingest.ts'
import type { IngestDirectory } from './ingest-directory.ts'
import { writeJournal } from './journal.ts'
import type { OpenData } from './open-data.ts'
import { place } from './place.ts'
import { writeBehind, type WriteBehind } from './write-behind.ts'

/** What a power cut can cost of a long download. A sync pauses it for as long as the disk is behind. */
const defaultCheckpointBytes = 256 * 1024 * 1024

interface Options {
  readonly fs: FileSystem
  /** Where what was in the blob's place goes. */
  readonly trash: string
  readonly blob: BlobAddress
  readonly target: string
  readonly directory: IngestDirectory
  readonly data: OpenData
  readonly boot: string | undefined
  /** How often the bytes are synced on the way, default every 256 MiB. */
  readonly checkpointBytes?: number | undefined
  /** Lets the next caller of this process in. */
  readonly leave: () => void
}

/** The ingest of a file store: every byte is hashed as it comes and written behind the caller's back. */
export function fileIngest({
  fs,
  trash,
  blob,
  target,
  directory,
  data,
  boot,
  leave,
  checkpointBytes = defaultCheckpointBytes,
}: Options): Ingest {
  const { digest, size } = blob
  const { handle } = data
  const { growth, ...grow } = growthWriter(directory.files.data, target, data.length)
  let hasher: Hasher = data.hasher
  let offset = data.length
  let synced = Math.min(data.journal?.synced ?? 0, offset)
  let validator = data.journal?.validator
  let source = data.journal?.source
  let noted = data.journal !== undefined && data.journal.boot === boot
  let out = writer()
  let state: 'open' | 'ended' | 'committed' = 'open'
  let sealed = false
  let spoiled = false
  let busy: Promise<unknown> = Promise.resolve()

  /** One of begin, commit, close and discard at a time. */
  const alone = <T>(run: () => Promise<T>): Promise<T> => {
    const next = busy.then(run)
    busy = next.catch(() => {})
    return next
  }
  const ended = (): ContentError =>
    new ContentError('INGEST_CLOSED', `the ingest of ${digest} has ended`, {
      digest,
      hint: 'start another one: ingest() goes on where this one ended',
    })
  const assertOpen = (): void => {
    if (state !== 'open') throw ended()
  }
  const note = (): Promise<void> => writeJournal(fs, directory.files.journal, { synced, boot, validator, source })
  const end = async (outcome: 'verified' | 'failed', how: () => Promise<void>): Promise<void> => {
    state = outcome === 'verified' ? 'committed' : 'ended'
    try {
      await how()
    } finally {
      leave()
    }
  }
  const throwAway = (): Promise<void> =>
    end('failed', async () => {
      grow.end('failed')
      await out.drain().catch(() => {})
      await handle.close().catch(() => {})
      await directory.remove()
    })
  const failed = async (error: unknown): Promise<never> => {
    // The reason is what there is to say, not that the remains could not be removed as well.
    await throwAway().catch(() => {})
    throw error
  }
  const startOver = async (): Promise<void> => {
    await out.drain().catch(() => {})
    grow.restart()
    await handle.truncate(0)
    hasher = createHasher(algorithmOf(digest))
    offset = 0
    synced = 0
    out = writer()
  }
  const verify = (): ContentError | undefined => {
    const actual = hasher.digest()
    if (actual === digest) return undefined
    return new ContentError('DIGEST_MISMATCH', `what came as ${digest} is ${actual}`, {
      digest,
      expected: digest,
      actual,
      hint: 'nothing of it was kept; fetch it again, and if it stays like this the registry or a proxy before it serves wrong bytes',
    })
  }

  return {
    digest,
    size,
    growth,
    get offset() {
      return offset
    },
    get validator() {
      return validator
    },
    begin: (answer) =>
      alone(async () => {
        assertOpen()
        if (answer.start !== 0 && answer.start !== offset) {
          throw new ContentError(
            'RANGE_MISMATCH',
            `the answer for ${digest} starts at byte ${answer.start}, and ${offset} bytes are here`,
            {
              digest,
              expected: offset,
              actual: answer.start,
              hint: "ask for the range from the ingest's offset, or for everything",
            },
          )
        }
        const again = answer.start === 0 && offset > 0
        if (again) await startOver()
        if (!again && noted && validator === answer.validator && source === answer.source) return
        validator = answer.validator
        source = answer.source
        await note()
        noted = true
      }),
    write(chunk) {
      if (sealed || state !== 'open') throw ended()
      if (offset + chunk.length > size) {
        throw new ContentError('SIZE_MISMATCH', `${digest} goes on beyond its ${size} bytes`, {
          digest,
          expected: size,
          actual: offset + chunk.length,
          hint: 'the descriptor or the server is wrong about the size: nothing beyond it is taken',
        })
      }
      if (chunk.length === 0) return undefined
      const wait = out.push(chunk)
      hasher.update(chunk)
      offset += chunk.length
      return wait
    },
    commit: (options = {}) =>
      alone(async () => {
        if (state === 'committed') return
        assertOpen()
        const { signal } = options
        signal?.throwIfAborted()
        await out.drain()
        if (offset < size) {
          throw new ContentError('SIZE_MISMATCH', `${digest} has ${offset} of ${size} bytes`, {
            digest,
            expected: size,
            actual: offset,
            hint: "go on from the ingest's offset: what is here is kept",
          })
        }
        const mismatch = verify()
        if (mismatch !== undefined) await failed(mismatch)
        signal?.throwIfAborted()
        try {
          await sync()
        } catch (error) {
          await failed(error)
        }
        try {
          await handle.close()
          await place(fs, trash, directory.files.data, target, { size })
        } catch (error) {
          await failed(error)
        }
        grow.end('verified')
        await end('verified', () => directory.remove().catch(() => {}))
      }),
    close() {
      sealed = true
      return alone(async () => {
        if (state !== 'open') return
        await end('failed', async () => {
          grow.end('failed')
          await keep().catch(() => directory.remove().catch(() => {}))
        })
      })
    },
    discard() {
      sealed = true
      return alone(async () => {
        if (state === 'open') await throwAway()
      })
    },
  }

  function writer(): WriteBehind {
    return writeBehind(handle, offset, {
      grown: grow.grown,
      every: checkpointBytes,
      async checkpoint(written) {
        await sync()
        synced = written
        await note()
      },
    })
  }

  async function sync(): Promise<void> {
    try {
      await handle.sync()
    } catch (error) {
      // The pages that failed are clean now and lost: another fsync of this file would report success.
      spoiled = true
      throw error
    }
  }

  /** Everything that is known to be good stays for the next owner. */
  async function keep(): Promise<void> {
    let good = true
    try {
      await out.drain().catch(() => {})
      if (spoiled || out.written === 0) good = false
      else {
        await handle.truncate(out.written)
        await sync()
        synced = out.written
        // On a full disk there is no room for a newer one; the older one is still true, and knows of fewer synced bytes.
        await note().catch(() => {})
      }
    } finally {
      await handle.close()
    }
    await (good ? directory.release() : directory.remove())
  }
}
