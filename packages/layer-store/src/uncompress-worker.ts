import { setImmediate, setTimeout } from 'node:timers/promises'
import { parentPort } from 'node:worker_threads'
import type { Job, Outcome } from './job.ts'
import { workThrough, type Turns } from './work-through.ts'

/** A job on its way to a thread. */
export interface NumberedJob extends Job {
  readonly id: number
}

/** What a worker says: `ready` once, when its modules are loaded; the others of the job `id`, or of its only one. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'begun'; readonly id?: number | undefined }
  | { readonly kind: 'progress'; readonly id?: number | undefined; readonly consumed: number }
  | { readonly kind: 'parked'; readonly id?: number | undefined; readonly is: boolean }
  | { readonly kind: 'outcome'; readonly id?: number | undefined; readonly outcome: Outcome }

const blockSize = 1024 * 1024
// A change between the look and the wait goes unnoticed, as only the length is compared: look again after this time.
const longestWaitMs = 50
/** Where the engine has no `waitAsync`. */
const lookAgainMs = 10

const turns: Turns = {
  next: () => setImmediate(),
  async more({ growth, length }) {
    if (typeof Atomics.waitAsync !== 'function') return setTimeout(lookAgainMs)
    return Atomics.waitAsync(new BigInt64Array(growth.cells), 1, length, longestWaitMs).value
  },
}

function serve(port: NonNullable<typeof parentPort>): void {
  const buffer = new Uint8Array(blockSize)
  const say = (message: WorkerMessage): void => {
    port.postMessage(message)
  }
  const work = async ({ id, ...job }: NumberedJob): Promise<void> => {
    say({ kind: 'begun', id })
    const outcome = await workThrough(job, buffer, {
      listener: {
        progress: (consumed) => say({ kind: 'progress', id, consumed }),
        parked: (is) => say({ kind: 'parked', id, is }),
      },
      turns,
    })
    say({ kind: 'outcome', id, outcome })
  }
  port.on('message', (job: NumberedJob) => {
    work(job).catch((error: unknown) => {
      // Nothing more can be said. It ends the thread, whatever the process does with rejections: then every job of the thread is settled.
      queueMicrotask(() => {
        throw error
      })
    })
  })
  say({ kind: 'ready' })
}

// Imported by anything but a worker, this file does nothing.
if (parentPort !== null) serve(parentPort)
