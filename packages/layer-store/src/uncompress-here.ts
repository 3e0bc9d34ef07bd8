import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Job, Outcome } from './job.ts'
import { progressIntervalMs } from './progress-interval.ts'
import { uncompressFile } from './uncompress-file.ts'

// Small, since everything else in this thread waits meanwhile.
const blockSize = 64 * 1024
const waitMs = 20

/** For where there is no worker thread: the same work in the calling thread, a block at a time. */
export async function uncompressHere(job: Job, onProgress: (consumed: number) => void): Promise<Outcome> {
  const steps = uncompressFile(job, new Uint8Array(blockSize))
  let reportedAt = performance.now()
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    if (step.value.kind === 'wait') {
      await setTimeout(waitMs)
      continue
    }
    if (performance.now() - reportedAt >= progressIntervalMs) {
      reportedAt = performance.now()
      onProgress(step.value.consumed)
    }
    await setImmediate()
  }
}
