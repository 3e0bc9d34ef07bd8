import { parentPort } from 'node:worker_threads'
import type { Job, Outcome } from './job.ts'
import { throttled } from './progress.ts'
import { uncompressFile } from './uncompress-file.ts'

/** What a worker says. `ready` once, when its modules are loaded. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly consumed: number }
  | { readonly kind: 'outcome'; readonly outcome: Outcome }

const blockSize = 1024 * 1024
// A change between the look and the wait goes unnoticed, as only the length is compared: look again after this time.
const longestWaitMs = 50

function work(job: Job, buffer: Uint8Array, say: (message: WorkerMessage) => void): void {
  const steps = uncompressFile(job, buffer)
  const progress = throttled((consumed) => {
    say({ kind: 'progress', consumed })
  })
  for (;;) {
    const step = steps.next()
    if (step.done === true) {
      say({ kind: 'outcome', outcome: step.value })
      return
    }
    const { consumed, wait } = step.value
    progress(consumed)
    if (wait !== undefined) Atomics.wait(new BigInt64Array(wait.growth.cells), 1, wait.length, longestWaitMs)
  }
}

function serve(port: NonNullable<typeof parentPort>): void {
  const buffer = new Uint8Array(blockSize)
  const say = (message: WorkerMessage): void => {
    port.postMessage(message)
  }
  port.on('message', (job: Job) => {
    work(job, buffer, say)
  })
  say({ kind: 'ready' })
}

// Imported by anything but a worker, this file does nothing.
if (parentPort !== null) serve(parentPort)
