import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { isLadingError } from '@lading/errors'
import { tryClaim, type Claim, type Observation } from './claim.ts'
import type { FileSystem } from './file-system.ts'
import { moveToTrash } from './place.ts'
import type { ProcessTable } from './process-table.ts'
import { gentleDelay, pause } from './wait.ts'

/** A directory under `lading/ingest` that is ours. */
export interface IngestDirectory {
  readonly path: string
  readonly dataPath: string
  /** Leaves it for the next owner. */
  release(): Promise<void>
  /** Removes it with all that is in it. */
  remove(): Promise<void>
}

interface Options {
  readonly fs: FileSystem
  readonly root: string
  /** `<root>/lading/ingest/<alg>/<hex>` */
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
  const headway = watchSize(fs, join(path, 'data'))
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
    if ((await headway()) > options.patienceMs) {
      const own = await claimAt(options, `${path}.${randomBytes(8).toString('hex')}`, {})
      if (own !== undefined) return own
    }
    await pause(gentleDelay(attempt, 500), signal)
  }
}

/** One attempt. */
export async function claimAt(
  { fs, root, processes }: Pick<Options, 'fs' | 'root' | 'processes'>,
  path: string,
  observation: Observation,
): Promise<IngestDirectory | undefined> {
  let claim: Claim | undefined
  try {
    await fs.mkdir(path, { recursive: true })
    claim = await tryClaim({ fs, path: join(path, 'owner'), processes, observation })
  } catch (error) {
    // Its owner finished and took the directory away between two steps, those inside a recursive mkdir included.
    if (isLadingError(error, 'NOT_FOUND')) return undefined
    throw error
  }
  if (claim === undefined) return undefined
  const { release } = claim
  return {
    path,
    dataPath: join(path, 'data'),
    release,
    async remove() {
      let trash: string | undefined
      try {
        // In one step, so that nobody ever finds half of it.
        trash = await moveToTrash(fs, root, path)
      } finally {
        await release()
      }
      if (trash !== undefined) await fs.removeTree(trash)
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
