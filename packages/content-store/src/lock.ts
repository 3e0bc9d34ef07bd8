import { dirname, resolve } from 'node:path'
import { tryClaim, type Claim, type Observation } from './claim.ts'
import { ContentError } from './content-error.ts'
import { raiseFence, type Fence } from './fence.ts'
import type { FileSystem } from './file-system.ts'
import { nodeProcesses, type ProcessTable } from './process-table.ts'
import { enterQueue } from './queue.ts'
import { sleep } from '@lading/clock'
import { gentleDelay } from './gentle-delay.ts'
import { waitedTooLong, watchWait, type WaitingOptions } from './waiting.ts'

/** One short lock, within the process and across processes. */
export interface Lock {
  /**
   * Waits for the lock, runs, lets go. Waiting can be aborted; what runs is never interrupted. In one process the
   * order is that of the calls. Not reentrant: a `hold` inside `run` waits for itself.
   *
   * @throws ContentError `LOCK_TIMEOUT`
   */
  hold<T>(run: (held: Held) => Promise<T>, options?: { readonly signal?: AbortSignal | undefined }): Promise<T>
}

/** What `run` knows of the lock that it holds. */
export interface Held {
  /**
   * For the last moment before a write that nobody else may have overtaken.
   *
   * @throws ContentError `LOCK_LOST` after somebody took the lock over, as happens to a process that stood still for long
   */
  assert(): Promise<void>
  /**
   * Of a lock in files: a directory that is there for as long as nobody took the lock over. What is renamed into it or out
   * of it cannot be renamed too late. Hand it on, and make nothing of it.
   */
  readonly fence?: string | undefined
}

const defaultTimeoutMs = 30_000

/**
 * A lock that is a file: exclusive, with the owner's pid, start time, boot id, pid namespace and a nonce, touched while
 * it is held. The lock of a process that was killed is taken over by the next one, at once where its process can be
 * looked up, else after 20 s in which its file was not touched. One that is there and was stopped keeps it, and is waited for
 * until it was silent for `timeoutMs`.
 */
export function createLock({
  fs,
  path,
  processes = nodeProcesses(),
  trash,
  timeoutMs = defaultTimeoutMs,
  onWaiting,
}: WaitingOptions & {
  readonly fs: FileSystem
  readonly path: string
  /** Where goes what holders renamed into their fence. Default: it is removed with it. */
  readonly trash?: string | undefined
  readonly processes?: ProcessTable | undefined
  /** How long a holder may give no sign of life before waiting for it ends with `LOCK_TIMEOUT`, in milliseconds. Default 30 000. */
  readonly timeoutMs?: number | undefined
}): Lock {
  const key = resolve(path)
  // Of all that wait in turn: a holder is silent for as long as anybody has seen it so, and nobody begins to count anew.
  const observation: Observation = {}
  return {
    async hold(run, options = {}) {
      const { signal } = options
      signal?.throwIfAborted()
      const leave = await enterQueue(key, signal)
      try {
        const holding = { fs, path, processes, trash, observation, timeoutMs, onWaiting, signal }
        const { claim, fence } = await holdWhenFree(holding)
        let result
        try {
          result = await run({ assert: () => assertHeld(claim, fence, path), fence: fence.path })
        } catch (error) {
          // What `run` threw is what there is to say.
          await fence.lower()
          await claim.release().catch(() => {})
          throw error
        }
        await fence.lower()
        await claim.release()
        return result
      } finally {
        leave()
      }
    },
  }
}

async function assertHeld(claim: Claim, fence: Fence, path: string): Promise<void> {
  if ((await claim.holds()) && (await fence.stands())) return
  throw new ContentError('LOCK_LOST', `${path} was taken over while this process was suspended`, {
    path,
    hint: 'nothing was written; run it again',
  })
}

interface Holding extends WaitingOptions {
  readonly fs: FileSystem
  readonly path: string
  readonly processes: ProcessTable
  readonly trash: string | undefined
  readonly observation: Observation
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

async function holdWhenFree(holding: Holding): Promise<{ readonly claim: Claim; readonly fence: Fence }> {
  for (;;) {
    const claim = await claimWhenFree(holding)
    try {
      const fence = await raiseFence(holding, claim)
      if (fence !== undefined) return { claim, fence }
    } catch (error) {
      await claim.release().catch(() => {})
      throw error
    }
    await claim.release()
  }
}

async function claimWhenFree({
  fs,
  path,
  processes,
  observation,
  timeoutMs,
  onWaiting,
  signal,
}: Holding): Promise<Claim> {
  const watch = watchWait(path, { onWaiting })
  await fs.mkdir(dirname(path), { recursive: true })
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted()
    const claim = await tryClaim({ fs, path, processes, observation })
    if (claim !== undefined) return claim
    watch(observation.holder)
    if (observation.holder !== undefined && observation.holder.silentMs >= timeoutMs)
      throw waitedTooLong(path, observation.holder)
    await sleep(gentleDelay(attempt, 100), { signal })
  }
}
