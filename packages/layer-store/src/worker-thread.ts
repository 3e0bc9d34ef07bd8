import type { Worker } from 'node:worker_threads'
import type { Job, Outcome } from './job.ts'
import { LayerError } from './layer-error.ts'
import type { NumberedJob, WorkerMessage } from './uncompress-worker.ts'
import type { JobListener } from './work-through.ts'

/** What came of a job in a thread: `unavailable` where the thread never came up, `lost` where it died without a look at the job. */
export type Attempted = Outcome | 'unavailable' | { readonly outcome: 'lost'; readonly error: LayerError }

/** One thread, which works on all its jobs in turn. */
export interface WorkerThread {
  /** @throws LayerError `LAYER_WORKER_FAILED` when the thread died at work */
  run(job: Job, listener: JobListener): Promise<Attempted>
  /** Its jobs, and those of them that have something to do. */
  readonly jobs: number
  readonly busy: number
  /** Compressed bytes that its busy jobs have still to read. */
  readonly left: number
  end(): Promise<void>
}

interface Task {
  readonly job: Job
  readonly listener: JobListener
  readonly resolve: (attempted: Attempted) => void
  readonly reject: (error: LayerError) => void
  begun: boolean
  parked: boolean
  consumed: number
}

/** @param onDeath called when nothing more is to be given to it */
export function workerThread(worker: Worker, onDeath: () => void): WorkerThread {
  const tasks = new Map<number, Task>()
  let ready = false
  let dead = false
  let ending: Promise<unknown> | undefined
  let ids = 0

  const finish = (id: number): void => {
    tasks.delete(id)
    // Idle, it keeps no process alive; but whoever waits for its end must see it, however late it tells of its last job.
    if (tasks.size === 0 && ending === undefined) worker.unref()
  }

  function died(cause: unknown): void {
    if (dead) return
    dead = true
    onDeath()
    for (const [id, { job, begun, resolve, reject }] of tasks) {
      finish(id)
      if (!ready) resolve('unavailable')
      else if (begun) reject(deathOf(job, cause))
      else resolve({ outcome: 'lost', error: deathOf(job, cause) })
    }
  }

  const heard = (id: number, task: Task, message: Exclude<WorkerMessage, { kind: 'ready' }>): void => {
    switch (message.kind) {
      case 'begun':
        task.begun = true
        return
      case 'progress':
        task.consumed = message.consumed
        return task.listener.progress(message.consumed)
      case 'parked':
        task.parked = message.is
        return task.listener.parked(message.is)
      case 'outcome':
        finish(id)
        return task.resolve(message.outcome)
    }
  }

  worker.on('message', (message: WorkerMessage) => {
    if (message.kind === 'ready') {
      ready = true
      return
    }
    const [only] = tasks.keys()
    const id = message.id ?? only
    const task = id === undefined ? undefined : tasks.get(id)
    if (id !== undefined && task !== undefined) heard(id, task, message)
  })
  worker.on('error', died)
  worker.on('messageerror', died)
  worker.on('exit', (code) => {
    died(new Error(`exit code ${code}`))
  })
  worker.unref()

  const busy = (): Task[] => [...tasks.values()].filter(({ parked }) => !parked)

  return {
    run: (job, listener) =>
      new Promise((resolve, reject) => {
        const id = ids++
        tasks.set(id, { job, listener, resolve, reject, begun: false, parked: false, consumed: 0 })
        worker.ref()
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        worker.postMessage({ ...job, id } satisfies NumberedJob)
      }),
    get jobs() {
      return tasks.size
    },
    get busy() {
      return busy().length
    },
    get left() {
      return busy().reduce((sum, { job, consumed }) => sum + job.size - consumed, 0)
    },
    async end() {
      await (ending ??= worker.terminate())
    },
  }
}

const deathOf = ({ digest }: Job, cause: unknown): LayerError =>
  new LayerError('LAYER_WORKER_FAILED', `the thread that worked on layer ${digest} died`, {
    digest,
    cause,
    hint: 'try again; the next layer gets a new thread',
  })
