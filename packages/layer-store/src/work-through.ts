import type { Open } from './blocking-file.ts'
import type { Job, Outcome } from './job.ts'
import { throttled } from './progress.ts'
import type { Piece } from './source.ts'
import { toFailure } from './to-failure.ts'
import { uncompressFile } from './uncompress-file.ts'

/** What is heard of a job while it runs. */
export interface JobListener {
  /** Compressed bytes consumed, at most every 100 ms. */
  progress(consumed: number): void
  /** It waits for a slow download, and its place can be another's; `false`: it has plenty to do again. */
  parked(is: boolean): void
}

/** How a thread lets its other jobs, and its messages, have their turn. */
export interface Turns {
  next(): Promise<unknown>
  /** Until there may be more: after a short time at the latest. */
  more(wait: Extract<Piece, { kind: 'wait' }>): Promise<unknown>
}

/**
 * A job that waited so long in all, in milliseconds, since it last found a whole block, follows a slow download. Far
 * above what a busy machine makes a fast one wait: a third layer given to two busy threads ends long after the others.
 */
const patienceMs = 1000

/**
 * Works on one layer to its end, a block at a time. Any number of jobs of one thread do so in turn, over one buffer, and
 * whatever happens to one of them is its outcome and nobody else's.
 */
export async function workThrough(job: Job, buffer: Uint8Array, how: HowToWork): Promise<Outcome> {
  try {
    return await work(job, buffer, how)
  } catch (error) {
    return { outcome: 'broken', failure: toFailure(error) }
  }
}

interface HowToWork {
  readonly listener: JobListener
  readonly turns: Turns
  /** How files are opened. Default: with `node:fs`. */
  readonly open?: Open | undefined
}

async function work(job: Job, buffer: Uint8Array, { listener, turns, open }: HowToWork): Promise<Outcome> {
  const steps = uncompressFile(job, buffer, open)
  const progress = throttled((consumed) => listener.progress(consumed))
  let waitedMs = 0
  let parked = false
  const park = (is: boolean): void => {
    if (is === parked) return
    parked = is
    listener.parked(is)
  }
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    const { consumed, plenty, wait } = step.value
    progress(consumed)
    if (wait === undefined) {
      if (plenty === true) {
        waitedMs = 0
        park(false)
      }
      await turns.next()
    } else {
      const since = performance.now()
      await turns.more(wait)
      waitedMs += performance.now() - since
      if (waitedMs >= patienceMs) park(true)
    }
  }
}
