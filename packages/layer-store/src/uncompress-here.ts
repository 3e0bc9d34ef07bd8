import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Job, Outcome } from './job.ts'
import { throttled } from './progress.ts'
import { uncompressFile } from './uncompress-file.ts'

// Small, since everything else in this thread waits meanwhile.
const blockSize = 64 * 1024
const waitMs = 20

/** For where there is no worker thread: the same work in the calling thread, a block at a time. */
export async function uncompressHere(job: Job, onProgress: (consumed: number) => void): Promise<Outcome> {
  const steps = uncompressFile(job, new Uint8Array(blockSize))
  const progress = throttled(onProgress)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    const { consumed, wait } = step.value
    progress(consumed)
    if (wait === undefined) await setImmediate()
    else await setTimeout(waitMs)
  }
}
