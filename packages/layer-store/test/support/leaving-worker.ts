// Does one job, and then ends while it is idle.
import { parentPort } from 'node:worker_threads'
// oxlint-disable unicorn/require-post-message-target-origin -- a thread, not a window
import type { NumberedJob } from '../../src/uncompress-worker.ts'

parentPort?.on('message', ({ id, digest }: NumberedJob) => {
  parentPort?.postMessage({ kind: 'begun', id })
  parentPort?.postMessage({ kind: 'outcome', id, outcome: { outcome: 'done', diffId: digest, size: 1, consumed: 1 } })
  process.exit(1)
})
parentPort?.postMessage({ kind: 'ready' })
