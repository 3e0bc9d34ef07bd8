import { isLadingError } from '@lading/errors'
import type { Work } from '@lading/transfer'
import type { PullTransfers } from './ports.ts'

/**
 * Runs work under a key, or joins another pull that runs it. The other's may fail for reasons of its own: its registry,
 * its credentials, its flags. That says nothing about ours, which is then run in its place.
 */
export async function shareTransfer<Result, Progress>(
  transfers: PullTransfers,
  key: string,
  work: Work<Result, Progress>,
  {
    signal,
    size,
    onProgress,
  }: {
    readonly signal: AbortSignal
    /** Of those that wait the largest is next. Default: first of all. */
    readonly size?: number | undefined
    readonly onProgress?: ((progress: Progress) => void) | undefined
  },
): Promise<Result> {
  for (;;) {
    let ours = false
    const own: Work<Result, Progress> = (context) => {
      ours = true
      return work(context)
    }
    const watch = transfers.run(key, own, { signal, size })
    try {
      if (onProgress !== undefined) for await (const progress of watch) onProgress(progress)
      const outcome = await watch.result().then(
        (result) => ({ result }),
        (error: unknown) => ({ error }),
      )
      if ('result' in outcome) return outcome.result
      signal.throwIfAborted()
      if (ours || isLadingError(outcome.error, 'TRANSFERS_CLOSED')) throw outcome.error
    } finally {
      await watch.release()
    }
  }
}
