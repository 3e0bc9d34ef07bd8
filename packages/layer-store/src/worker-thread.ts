import type { Worker } from 'node:worker_threads'
import type { Job, Outcome } from './job.ts'
import { LayerError } from './layer-error.ts'
import type { WorkerMessage } from './uncompress-worker.ts'

/** One thread, one job at a time. */
export interface WorkerThread {
  /** `unavailable`: the thread never came up. @throws LayerError `LAYER_WORKER_FAILED` when it died at work. */
  run(job: Job, onProgress: (consumed: number) => void): Promise<Outcome | 'unavailable'>
  readonly dead: boolean
  end(): Promise<void>
}

interface Task {
  readonly digest: string
  readonly onProgress: (consumed: number) => void
  readonly resolve: (outcome: Outcome | 'unavailable') => void
  readonly reject: (error: LayerError) => void
}

export function workerThread(worker: Worker): WorkerThread {
  let ready = false
  let dead = false
  let task: Task | undefined

  function finish(settle: (task: Task) => void): void {
    const finished = task
    task = undefined
    // Idle, it keeps no process alive.
    worker.unref()
    if (finished !== undefined) settle(finished)
  }

  function died(cause: unknown): void {
    if (dead) return
    dead = true
    finish(({ digest, resolve, reject }) => {
      if (ready)
        reject(
          new LayerError('LAYER_WORKER_FAILED', `the thread that worked on layer ${digest} died`, {
            digest,
            cause,
            hint: 'try again; the next layer gets a new thread',
          }),
        )
      else resolve('unavailable')
    })
  }

  worker.on('message', (message: WorkerMessage) => {
    if (message.kind === 'ready') ready = true
    else if (message.kind === 'progress') task?.onProgress(message.consumed)
    else
      finish(({ resolve }) => {
        resolve(message.outcome)
      })
  })
  worker.on('error', died)
  worker.on('messageerror', died)
  worker.on('exit', (code) => {
    died(new Error(`exit code ${code}`))
  })
  worker.unref()

  return {
    run(job, onProgress) {
      return new Promise((resolve, reject) => {
        task = { digest: job.digest, onProgress, resolve, reject }
        worker.ref()
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        worker.postMessage(job)
      })
    },
    get dead() {
      return dead
    },
    async end() {
      await worker.terminate()
    },
  }
}
