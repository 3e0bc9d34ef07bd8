import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { isLadingError } from '@lading/errors'
import { tryClaim, type Claim, type Observation } from './claim.ts'
import { ContentError } from './content-error.ts'
import type { FileSystem } from './file-system.ts'
import { ingestLayoutOf, type IngestLayout } from './layout.ts'
import { moveInto } from './place.ts'
import type { ProcessTable } from './process-table.ts'
import { sleep } from '@lading/clock'
import { gentleDelay } from './gentle-delay.ts'
import { watchWait, type WaitingOptions } from './waiting.ts'

/** The directory of a download that is ours. */
export interface IngestDirectory {
  readonly files: IngestLayout
  /** Throws `LOCK_LOST` after somebody took it over, as happens to a process that stood still: then nothing of it may be changed. */
  assert(): Promise<void>
  /** Leaves it for the next owner. */
  release(): Promise<void>
  /** Removes it with all that is in it, unless somebody took it over. */
  remove(): Promise<void>
}

interface Options extends WaitingOptions {
  readonly fs: FileSystem
  /** Where it goes when it is removed. */
  readonly trash: string
  /** The directory that is shared by all who want this blob. */
  readonly path: string
  readonly processes: ProcessTable
  readonly signal: AbortSignal | undefined
  /** Someone else's download that does not grow for so long is not waited for. */
  readonly patienceMs: number
  /** The blob came meanwhile: stop waiting. */
  readonly isHere: () => Promise<boolean>
}

/** Waits until the directory is ours, the blob is here (`undefined`), or its owner makes no headway: then one of our own. */
export async function claimIngestDirectory(options: Options): Promise<IngestDirectory | undefined> {
  const { fs, path, signal } = options
  const observation: Observation = {}
  const watch = watchWait(ingestLayoutOf(path).owner, options)
  const headway = watchSize(fs, ingestLayoutOf(path).data)
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted()
    const directory = await claimAt(options, path, observation)
    const here = await options.isHere().catch(async (error: unknown) => {
      await directory?.release().catch(() => {})
      throw error
    })
    if (here) {
      await directory?.remove()
      return undefined
    }
    if (directory !== undefined) return directory
    watch(observation.holder)
    if ((await headway()) > options.patienceMs) {
      const own = await claimAt(options, `${path}.${randomBytes(8).toString('hex')}`, {})
      if (own !== undefined) return own
    }
    await sleep(gentleDelay(attempt, 500), { signal })
  }
}

/** One attempt. */
export async function claimAt(
  { fs, trash, processes }: Pick<Options, 'fs' | 'trash' | 'processes'>,
  path: string,
  observation: Observation,
): Promise<IngestDirectory | undefined> {
  const files = ingestLayoutOf(path)
  let claim: Claim | undefined
  try {
    await fs.mkdir(path, { recursive: true })
    claim = await tryClaim({ fs, path: files.owner, processes, observation })
  } catch (error) {
    // Its owner finished and took the directory away between two steps, those inside a recursive mkdir included.
    if (isLadingError(error, 'NOT_FOUND')) return undefined
    throw error
  }
  if (claim === undefined) return undefined
  const { release, holds } = claim
  return {
    files,
    async assert() {
      if (await holds()) return
      throw new ContentError('LOCK_LOST', `the download in ${path} was taken over while this process stood still`, {
        path,
        hint: 'ask for it again: what has come is used',
      })
    },
    release,
    async remove() {
      let moved: string | undefined
      try {
        // In one step, so that nobody ever finds half of it.
        if (await holds()) moved = await moveInto(fs, trash, path)
      } finally {
        await release()
      }
      if (moved !== undefined) await fs.removeTree(moved)
    },
  }
}

/** How long, by the monotonic clock, a file has not changed its size. */
function watchSize(fs: FileSystem, path: string): () => Promise<number> {
  let size = -1
  let since = performance.now()
  return async () => {
    const now = (await fs.stat(path))?.size ?? 0
    if (now !== size) {
      size = now
      since = performance.now()
    }
    return performance.now() - since
  }
}
