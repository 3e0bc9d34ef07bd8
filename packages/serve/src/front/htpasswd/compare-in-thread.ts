import { Worker } from 'node:worker_threads'
import type { Compared, Comparison } from './bcrypt-worker.ts'

/** Holds passwords against bcrypt hashes in a thread of their own: what is served meanwhile does not stand still. */
export interface Comparer {
  /** `busy`: too many wait. Rejects when the thread died. */
  compare(password: string, hash: string): Promise<boolean | 'busy'>
  close(): Promise<void>
}

/**
 * One after the other: guessing takes one core at most. The thread is started by the first, and keeps no process alive.
 *
 * @param options.most how many may wait. Default 64.
 */
export function compareInThread({ most = 64 }: { readonly most?: number | undefined } = {}): Comparer {
  const waiting = new Map<
    number,
    { readonly resolve: (equal: boolean) => void; readonly reject: (error: Error) => void }
  >()
  let worker: Worker | undefined
  let ids = 0
  const start = (): Worker => {
    const base = import.meta.url
    // In a bundle it lies beside the chunk that this is in.
    const started = new Worker(new URL(`./bcrypt-worker${base.endsWith('.ts') ? '.ts' : '.js'}`, base), {
      name: 'lading-bcrypt',
      execArgv: process.execArgv.filter((flag) => flag.startsWith('--conditions=')),
    })
    started.unref()
    started.on('message', ({ id, equal }: Compared) => {
      waiting.get(id)?.resolve(equal)
      waiting.delete(id)
    })
    const died = (cause?: unknown): void => {
      if (worker === started) worker = undefined
      for (const { reject } of waiting.values())
        reject(new Error('the thread that compares passwords ended', { cause }))
      waiting.clear()
    }
    started.once('error', died).once('exit', () => died())
    return started
  }
  return {
    async compare(password, hash) {
      if (waiting.size >= most) return 'busy'
      worker ??= start()
      const id = (ids += 1)
      const compared = new Promise<boolean>((resolve, reject) => waiting.set(id, { resolve, reject }))
      const comparison: Comparison = { id, password, hash }
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage(comparison)
      return compared
    },
    async close() {
      await worker?.terminate()
    },
  }
}
