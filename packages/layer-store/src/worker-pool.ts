import type { Job, Outcome } from './job.ts'
import { uncompressHere } from './uncompress-here.ts'
import type { JobListener } from './work-through.ts'
import { workerFlags } from './worker-flags.ts'
import { workerThread, type Attempted, type WorkerThread } from './worker-thread.ts'

/** Runs jobs in a few threads, any number of them at once. Threads are started when first needed and kept. */
export interface WorkerPool {
  /**
   * @param onParked told when the job waits for a slow download, and when it does no longer
   * @throws LayerError `LAYER_WORKER_FAILED`
   */
  run(job: Job, onProgress: (consumed: number) => void, onParked?: (is: boolean) => void): Promise<Outcome>
  /** Ends the threads, whatever they are doing. */
  close(): Promise<void>
}

interface WorkerPoolOptions {
  readonly most?: number | undefined
  readonly small?: number | undefined
  readonly callerWorks?: boolean | undefined
}

/**
 * @param url of the worker's file; `undefined`: there is none, so everything runs in the calling thread.
 * @param options.most threads. Default 2.
 * @param options.small a job of fewer compressed bytes starts no thread: it runs in the calling one, unless there are
 *   threads already. Default 0.
 * @param options.callerWorks the calling thread is one of `most`, though never the only one: it takes a job, one at a time,
 *   when a thread is at work. Default false.
 */
export function createWorkerPool(url: URL | undefined, options: WorkerPoolOptions = {}): WorkerPool {
  const { most = 2, small = 0, callerWorks = false } = options
  const mostThreads = callerWorks ? Math.max(1, most - 1) : most
  const threads = new Set<WorkerThread>()
  let here = url === undefined
  let callerIsFree = callerWorks
  let closing: Promise<unknown> | undefined

  /** An idle thread, a new one, the calling one, or that with the least to do. */
  function choose(start: () => WorkerThread): WorkerThread | 'caller' {
    const inOrder = [...threads].toSorted((a, b) => a.busy - b.busy || a.left - b.left || a.jobs - b.jobs)
    const idle = inOrder.find(({ jobs }) => jobs === 0)
    if (idle !== undefined) return idle
    const [least] = inOrder
    if (least === undefined || threads.size < mostThreads) return start()
    return callerIsFree ? 'caller' : least
  }

  async function inCaller(job: Job, listener: JobListener): Promise<Outcome> {
    callerIsFree = false
    try {
      return await uncompressHere(job, listener)
    } finally {
      callerIsFree = callerWorks
    }
  }

  async function runThere(job: Job, listener: JobListener): Promise<Attempted> {
    if (url === undefined) return 'unavailable'
    try {
      const { Worker } = await import('node:worker_threads')
      if (closing !== undefined) return 'unavailable'
      const start = (): WorkerThread => {
        const worker = new Worker(url, { name: 'lading-uncompress', execArgv: workerFlags(process.execArgv) })
        const thread: WorkerThread = workerThread(worker, () => threads.delete(thread))
        threads.add(thread)
        return thread
      }
      const chosen = choose(start)
      return chosen === 'caller' ? inCaller(job, listener) : chosen.run(job, listener)
    } catch {
      // No threads in this runtime, or not permitted.
      return 'unavailable'
    }
  }

  return {
    async run(job, progress, parked = () => undefined) {
      const listener: JobListener = { progress, parked }
      // A thread may die idle, in the moment in which it is given a job: the next one is not to blame for that.
      if (job.size < small && threads.size === 0) return await uncompressHere(job, listener)
      for (let mayBeLost = true; !here; mayBeLost = false) {
        const attempted = await runThere(job, listener)
        if (attempted === 'unavailable') here = true
        else if (attempted.outcome !== 'lost') return attempted
        else if (!mayBeLost) throw attempted.error
      }
      return await uncompressHere(job, listener)
    },
    async close() {
      closing ??= Promise.all([...threads].map((thread) => thread.end()))
      threads.clear()
      await closing
    },
  }
}
