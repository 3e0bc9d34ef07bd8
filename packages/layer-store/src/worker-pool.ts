import type { Job, Outcome } from './job.ts'
import { uncompressHere } from './uncompress-here.ts'
import { workerFlags } from './worker-flags.ts'
import { workerThread, type WorkerThread } from './worker-thread.ts'

/** Runs jobs in threads, as many as are asked for at once. Threads are started when first needed and kept. */
export interface WorkerPool {
  /** @throws LayerError `LAYER_WORKER_FAILED` */
  run(job: Job, onProgress: (consumed: number) => void): Promise<Outcome>
  /** Ends the threads, whatever they are doing. */
  close(): Promise<void>
}

/** @param url of the worker's file; `undefined`: there is none, so everything runs in the calling thread. */
export function createWorkerPool(url: URL | undefined): WorkerPool {
  const threads = new Set<WorkerThread>()
  const idle: WorkerThread[] = []
  let here = url === undefined
  let closed = false

  async function start(): Promise<WorkerThread | undefined> {
    if (url === undefined) return undefined
    try {
      const { Worker } = await import('node:worker_threads')
      if (closed) return undefined
      const thread = workerThread(
        new Worker(url, { name: 'lading-uncompress', execArgv: workerFlags(process.execArgv) }),
      )
      threads.add(thread)
      return thread
    } catch {
      // No threads in this runtime, or not permitted.
      return undefined
    }
  }

  async function runThere(job: Job, onProgress: (consumed: number) => void): Promise<Outcome | 'unavailable'> {
    const thread = idle.pop() ?? (await start())
    if (thread === undefined) return 'unavailable'
    try {
      return await thread.run(job, onProgress)
    } finally {
      if (thread.dead) threads.delete(thread)
      else idle.push(thread)
    }
  }

  return {
    async run(job, onProgress) {
      if (!here) {
        const outcome = await runThere(job, onProgress)
        if (outcome !== 'unavailable') return outcome
        here = true
      }
      return await uncompressHere(job, onProgress)
    },
    async close() {
      closed = true
      const ending = [...threads].map((thread) => thread.end())
      threads.clear()
      idle.length = 0
      await Promise.all(ending)
    },
  }
}
