import { randomBytes } from 'node:crypto'
import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { tryClaim, type Claim, type Observation } from './claim.ts'
import { ContentError } from './content-error.ts'
import type { FileSystem } from './file-system.ts'
import { ingestLayoutOf, type IngestLayout } from './layout.ts'
import { adoptBytes, watchPace, type Overtaking } from './overtaking.ts'
import { moveInto } from './place.ts'
import type { ProcessTable } from './process-table.ts'
import { sleep } from '@lading/clock'
import { gentleDelay } from './gentle-delay.ts'
import { watchWait, type WaitingOptions } from './waiting.ts'

/** The directory of a download that is ours. */
export interface IngestDirectory {
  readonly files: IngestLayout
  /** The download of another process that this one was begun beside, to be faster. */
  readonly beside?: { readonly data: string; readonly owner: string } | undefined
  /** Throws `LOCK_LOST` after somebody took it over, as happens to a process that stood still: then nothing of it may be changed. */
  assert(): Promise<void>
  /** Leaves it for the next owner. */
  release(): Promise<void>
  /** Removes it with all that is in it, unless somebody took it over. */
  remove(): Promise<void>
  /** The same of one in which this owner has put nothing. */
  removeEmpty(): Promise<void>
}

interface Options extends WaitingOptions, Overtaking {
  readonly blob: { readonly digest: Digest; readonly size: number }
  readonly fs: FileSystem
  /** Where it goes when it is removed. */
  readonly trash: string
  /** The directory that is shared by all who want this blob. */
  readonly path: string
  readonly processes: ProcessTable
  readonly signal: AbortSignal | undefined
  /** Someone else's download that does not grow for so long is not waited for. */
  readonly patienceMs: number
  /** Whether a slow download of this owner may be overtaken. */
  readonly mayOvertake: (owner: string) => boolean
  /** The blob came meanwhile: stop waiting. */
  readonly isHere: () => Promise<boolean>
}

/**
 * Waits until the directory is ours, the blob is here (`undefined`), or its owner makes no headway, or too little: then one
 * beside it, which one process at a time may have. Where that one stands still as well, everybody gets one of their own.
 */
export async function claimIngestDirectory(options: Options): Promise<IngestDirectory | undefined> {
  const { fs, path, signal } = options
  const observation: Observation = {}
  const files = ingestLayoutOf(path)
  const watch = watchWait(files.owner, { ...options, what: `downloads ${options.blob.digest}` })
  const paced = { ...options, size: options.blob.size }
  const pace = watchPace(fs, files.data, paced)
  const besidePath = `${path}.overtaking`
  const besidePace = watchPace(fs, ingestLayoutOf(besidePath).data, paced)
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
    const { holder } = observation
    watch(holder)
    const { silentMs, slow } = await pace()
    const { silentMs: besideSilentMs } = await besidePace()
    const stands = silentMs > options.patienceMs
    if (holder !== undefined && (stands || (slow && options.mayOvertake(holder.id)))) {
      const beside = await claimAt(options, besidePath, {})
      if (beside !== undefined) {
        await adoptBytes(fs, files, beside.files)
        return { ...beside, beside: { data: files.data, owner: holder.id } }
      }
      if (stands && besideSilentMs > options.patienceMs) {
        const own = await claimAt(options, `${path}.${randomBytes(8).toString('hex')}`, {})
        if (own !== undefined) return own
      }
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
      throw new ContentError('LOCK_LOST', `the download in ${path} was taken over while this process was suspended`, {
        path,
        hint: 'request it again: what has arrived is used',
      })
    },
    release,
    async removeEmpty() {
      await release()
      if (await fs.removeDirectory(path)) return
      // What a killed process left is in it, or the next owner is.
      const again = await claimAt({ fs, trash, processes }, path, {})
      await again?.remove()
    },
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
