import { algorithmOf } from '@lading/digest'
import type { BlobAddress } from './content-store.ts'
import { dataFile } from './data-file.ts'
import type { FileSystem } from './file-system.ts'
import { growthWriter } from './growth-cells.ts'
import type { FileIngest } from './ingest.ts'
import type { IngestDirectory } from './ingest-directory.ts'
import { ingestErrors } from './ingest-errors.ts'
import { ingestNotes } from './ingest-notes.ts'
import { keepIngest } from './keep-ingest.ts'
import type { StoreLayout } from './layout.ts'
import { oneAtATime } from './one-at-a-time.ts'
import type { OpenData } from './open-data.ts'
import { place } from './place.ts'
import { announceGrowth } from './read-growing-file.ts'
import { receiveBytes } from './received-bytes.ts'
import { watchSuperseded } from './watch-superseded.ts'

/** What a power cut can cost of a long download. A sync pauses it for as long as the disk is behind. */
const defaultCheckpointBytes = 256 * 1024 * 1024

interface Options {
  readonly fs: FileSystem
  /** Where what was in the blob's place goes. */
  readonly layout: Pick<StoreLayout, 'trash' | 'quarantine' | 'ingest'>
  readonly blob: BlobAddress
  readonly target: string
  /** Inode of the file in the blob's place that is known to be bad. */
  readonly instead?: bigint | undefined
  readonly directory: IngestDirectory
  readonly data: OpenData
  readonly boot: string | undefined
  /** How often the bytes are synced on the way, default every 256 MiB. */
  readonly checkpointBytes?: number | undefined
  /** Why it had better end, looked at every `everyMs`. Default: it never had. */
  readonly superseded?: { readonly why: () => Promise<string | undefined>; readonly everyMs: number } | undefined
  /** Lets the next caller of this process in. */
  readonly leave: () => void
}

/** The ingest of a file store, from its first byte to the blob's place, or to what is kept for the next one. */
export function fileIngest(options: Options): FileIngest {
  const { fs, layout, blob, target, instead, directory, data, boot, leave } = options
  const { digest, size } = blob
  const { length, hasher, journal } = data
  const errors = ingestErrors(blob)
  const file = dataFile(data.handle)
  const notes = ingestNotes(fs, directory.files.journal, { journal, length, boot })
  const grow = growthWriter(directory.files.data, target, length)
  const { growth } = grow
  const withdraw = announceGrowth(layout.ingest(digest), grow)
  const bytes = receiveBytes(data.handle, {
    algorithm: algorithmOf(digest),
    start: { length, hasher },
    size,
    refuse: errors,
    growth: grow,
    checkpoint: {
      every: options.checkpointBytes ?? defaultCheckpointBytes,
      async reached(written) {
        await file.sync()
        await notes.synced(written)
      },
    },
  })
  const { superseded } = options
  const rivals =
    superseded &&
    watchSuperseded(async () => {
      const why = await superseded.why()
      return why === undefined ? undefined : errors.superseded(why)
    }, superseded.everyMs)
  /** Of begin, commit, close and discard. */
  const alone = oneAtATime()
  let state: 'open' | 'ended' | 'committed' = 'open'

  const assertOpen = (): void => {
    if (state !== 'open') throw errors.ended()
  }
  const end = async (outcome: 'ended' | 'committed', how: () => Promise<void>): Promise<void> => {
    state = outcome
    bytes.seal()
    rivals?.stop()
    grow.end(outcome === 'committed' ? 'verified' : 'failed')
    withdraw()
    try {
      await how()
    } finally {
      leave()
    }
  }
  const throwAway = (): Promise<void> =>
    end('ended', async () => {
      await bytes.drain().catch(() => {})
      await file.handle.close().catch(() => {})
      await directory.remove()
    })
  const orThrowAway = async (step: () => Promise<void>): Promise<void> => {
    try {
      await step()
    } catch (error) {
      // The reason is what there is to say, not that the remains could not be removed as well.
      await throwAway().catch(() => {})
      throw error
    }
  }

  return {
    digest,
    size,
    growth,
    get offset() {
      return bytes.offset
    },
    get validator() {
      return notes.validator
    },
    get source() {
      return notes.source
    },
    begin: (answer) =>
      alone(async () => {
        assertOpen()
        const { offset } = bytes
        if (answer.start !== 0 && answer.start !== offset) throw errors.startsElsewhere(answer.start, offset)
        await directory.assert()
        await rivals?.assertNow()
        if (answer.start === 0 && offset > 0) {
          // Whether it could be written does not matter any more; on the way it may still write the journal.
          await bytes.drain().catch(() => {})
          await notes.forget()
          await bytes.startOver()
        }
        await notes.from(answer)
      }),
    superseded: rivals?.signal,
    write(chunk, giveBack) {
      rivals?.signal.throwIfAborted()
      return bytes.write(chunk, giveBack)
    },
    commit: ({ signal } = {}) =>
      alone(async () => {
        if (state === 'committed') return
        assertOpen()
        signal?.throwIfAborted()
        await bytes.drain()
        if (bytes.offset < size) throw errors.tooShort(bytes.offset)
        await orThrowAway(async () => {
          const actual = bytes.digest()
          if (actual !== digest) throw errors.wrongDigest(actual)
        })
        signal?.throwIfAborted()
        await orThrowAway(async () => {
          await file.sync()
          await file.handle.close()
          await directory.assert()
          await place(fs, layout, directory.files.data, target, { size, instead })
        })
        await end('committed', () => directory.remove().catch(() => {}))
      }),
    close() {
      bytes.seal()
      return alone(async () => {
        // Nobody goes on with bytes that nobody needs.
        if (state === 'open' && rivals?.signal.aborted === true) await throwAway().catch(() => {})
        else if (state === 'open')
          await end('ended', () =>
            keepIngest({ bytes, file, notes, directory }).catch(() => directory.remove().catch(() => {})),
          )
      })
    },
    discard() {
      bytes.seal()
      return alone(async () => {
        if (state === 'open') await throwAway()
      })
    },
  }
}
