import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Job, Outcome } from './job.ts'
import { workThrough, type JobListener, type Turns } from './work-through.ts'

// Small, since everything else in this thread waits meanwhile.
const blockSize = 64 * 1024
const waitMs = 20

const turns: Turns = { next: () => setImmediate(), more: () => setTimeout(waitMs) }

/** For where there is no worker thread: the same work in the calling thread. */
export function uncompressHere(job: Job, listener: JobListener): Promise<Outcome> {
  return workThrough(job, new Uint8Array(blockSize), { listener, turns })
}
