// Speaks as a worker does and then behaves as the path of the job tells it to.
import { parentPort } from 'node:worker_threads'
// oxlint-disable unicorn/require-post-message-target-origin -- a thread, not a window
import type { NumberedJob } from '../../src/uncompress-worker.ts'

parentPort?.postMessage({ kind: 'ready' })
parentPort?.on('message', ({ id, path, digest }: NumberedJob) => {
  if (path === 'unseen') process.exit(4)
  parentPort?.postMessage({ kind: 'begun', id })
  if (path === 'throw') throw new RangeError('out of cheese')
  if (path === 'exit') process.exit(3)
  if (path === 'hang') return
  parentPort?.postMessage({ kind: 'outcome', id, outcome: { outcome: 'done', diffId: digest, size: 1, consumed: 1 } })
})
