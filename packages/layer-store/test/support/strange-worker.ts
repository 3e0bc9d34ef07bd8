// Speaks as a worker does and then behaves as the digest of the job tells it to.
import { parentPort } from 'node:worker_threads'
// oxlint-disable unicorn/require-post-message-target-origin -- a thread, not a window
import type { Job } from '../../src/job.ts'

parentPort?.postMessage({ kind: 'ready' })
parentPort?.on('message', (job: Job) => {
  if (job.path === 'throw') throw new RangeError('out of cheese')
  if (job.path === 'exit') process.exit(3)
  parentPort?.postMessage({ kind: 'outcome', outcome: { outcome: 'done', diffId: job.digest, size: 1, consumed: 1 } })
})
