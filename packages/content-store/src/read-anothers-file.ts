import { performance } from 'node:perf_hooks'
import { sleep, type AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { arrivingErrors, type ByteRange } from './arriving.ts'
import { livingHolder, type Observation } from './claim.ts'
import type { FileHandle, FileStat, FileSystem } from './file-system.ts'
import { gentleDelay } from './gentle-delay.ts'
import { readJournal } from './journal.ts'
import type { IngestLayout } from './layout.ts'
import { isOfThisBoot, type Owner } from './owner.ts'
import type { ProcessTable } from './process-table.ts'

/** In bytes: what each reader has in memory. */
const pieceBytes = 128 * 1024
/** How often a file that does not grow is looked at, at most, in milliseconds. */
const lookEveryMs = 100
/** How long one whose owner is gone is waited for to have another one, in milliseconds. */
const heirMs = 3_000

interface Options {
  readonly digest: Digest
  readonly files: IngestLayout
  /** Where the file is after its commit. */
  readonly target: string
  readonly processes: ProcessTable
  /** Whether this process itself now brings the blob, into another file. */
  readonly isElsewhere: () => boolean
}

/**
 * A file that another process of this machine writes, read while it grows. Nobody tells this process of it, so it looks.
 *
 * The bytes count when the file is still the one that was opened, and the journal names the same generation after they were
 * read as before: whoever cuts the file takes the journal away first, and writes another one before the first new byte. Of
 * another machine, whose files are seen late, nothing is read.
 */
export async function* readAnothersFile(
  fs: FileSystem,
  { digest, files, target, processes, isElsewhere }: Options,
  { start, end, signal }: ByteRange & AbortOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const observation: Observation = {}
  const bringer = async (): Promise<Owner | undefined> => {
    const owner = (await livingHolder({ fs, path: files.owner, processes, observation }))?.owner
    return owner !== undefined && isOfThisBoot(owner, processes) ? owner : undefined
  }
  const first = await bringer()
  // What this process itself is about to bring is announced to it in another way.
  if (first === undefined || isSelf(first, processes)) throw arrivingErrors.unknown(digest)
  let opened: Opened | undefined
  let aloneSinceMs: number | undefined
  let wasVerified = false
  try {
    for (let at = start, looks = 0; at < end;) {
      signal?.throwIfAborted()
      opened ??= await openFile(fs, files)
      if (opened !== undefined) {
        const piece = new Uint8Array(Math.min(pieceBytes, end - at))
        const count = await opened.handle.read(piece, at)
        const state = await stateOf(fs, opened, { files, target })
        if (state === 'ended') {
          if (at > start) throw arrivingErrors.ended(digest)
          await opened.handle.close()
          opened = undefined
        } else if (count > 0) {
          at += count
          looks = 0
          aloneSinceMs = undefined
          yield piece.subarray(0, count)
          continue
        } else {
          const { size } = await opened.handle.stat()
          if (wasVerified) throw arrivingErrors.tooShort(digest, end, size)
          // What came between the read and the look is there now.
          wasVerified = state === 'verified'
          if (wasVerified) continue
          if (size < at && at > start) throw arrivingErrors.ended(digest)
        }
      }
      if (isElsewhere()) throw arrivingErrors.ended(digest)
      if ((await bringer()) !== undefined) aloneSinceMs = undefined
      else if (performance.now() - (aloneSinceMs ??= performance.now()) > heirMs) throw arrivingErrors.ended(digest)
      await sleep(gentleDelay(looks++, lookEveryMs), { signal })
    }
  } finally {
    // Nothing was written that could be lost.
    await opened?.handle.close().catch(() => {})
  }
}

function isSelf({ pid, pidNamespace }: Owner, processes: ProcessTable): boolean {
  const self = processes.self()
  return pid === self.pid && pidNamespace === self.pidNamespace
}

interface Opened {
  readonly handle: FileHandle
  readonly inode: bigint
  readonly generation: string
  /** The journal as it was when it last named the generation. */
  journal: FileStat
}

/** `undefined`: there is no file yet, or nothing says what is in it. */
async function openFile(fs: FileSystem, { data, journal: path }: IngestLayout): Promise<Opened | undefined> {
  const journal = await fs.stat(path)
  const { generation } = (await readJournal(fs, path)) ?? {}
  if (journal === undefined || generation === undefined) return undefined
  const handle = await fs.open(data, 'r').catch((error: unknown) => {
    if (isLadingError(error, 'NOT_FOUND')) return undefined
    throw error
  })
  if (handle === undefined) return undefined
  try {
    return { handle, inode: (await handle.stat()).inode, generation, journal }
  } catch (error) {
    await handle.close().catch(() => {})
    throw error
  }
}

/** `ended`: what was read of it counts no more. */
async function stateOf(
  fs: FileSystem,
  opened: Opened,
  { files, target }: Pick<Options, 'files' | 'target'>,
): Promise<'growing' | 'verified' | 'ended'> {
  const here = await fs.stat(files.data)
  if (here?.inode !== opened.inode) return (await fs.stat(target))?.inode === opened.inode ? 'verified' : 'ended'
  const journal = await fs.stat(files.journal)
  if (journal === undefined) return 'ended'
  if (isSame(journal, opened.journal)) return 'growing'
  if ((await readJournal(fs, files.journal))?.generation !== opened.generation) return 'ended'
  opened.journal = journal
  return 'growing'
}

const isSame = (one: FileStat, other: FileStat): boolean =>
  one.inode === other.inode && one.changedMs === other.changedMs && one.size === other.size
