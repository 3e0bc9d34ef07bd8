import { parentPort, workerData } from 'node:worker_threads'
import { createTarReader } from '@lading/tar'
import { finishUnpacking, type FinishJob, type Written } from '../finish-unpacking.ts'
import { tarOptionsOf, type Limits } from '../limits.ts'
import { createUnpacker } from '../unpacker/create-unpacker.ts'
import { ownersOf, type OwnerOptions } from '../owners.ts'
import type { NewFiles } from '../unpacker/probe.ts'
import { toFailure, type Failure } from './failure.ts'
import { readRing, stopped, stopRing, type Ring } from './ring.ts'

export interface WriteJob extends FinishJob {
  readonly ring: Ring
  readonly layers: number
  /** Descriptors are the process's: open in all its threads. */
  readonly root: number
  readonly owners: OwnerOptions
  readonly limits: Limits
  readonly newFiles: NewFiles
  readonly devices: boolean
}

export type WriteMessage =
  | { readonly kind: 'layer'; readonly index: number }
  | ({ readonly kind: 'done' } & Written)
  | { readonly kind: 'failed'; readonly failure: Failure }

async function write(job: WriteJob, say: (message: WriteMessage) => void): Promise<void> {
  const { ring, layers, root, limits, newFiles, devices } = job
  const unpacker = createUnpacker(root, { owners: ownersOf(job.owners), limits, newFiles, devices })
  try {
    for (let index = 0; index < layers; index++) {
      const reader = createTarReader(
        { entry: unpacker.begin, body: unpacker.data, bodyEnd: unpacker.end },
        tarOptionsOf(limits),
      )
      unpacker.nextLayer()
      let begun = false
      for (const piece of readRing(ring)) {
        // The other side may have been waiting.
        if (!begun) say({ kind: 'layer', index })
        begun = true
        reader.push(piece)
      }
      reader.end()
    }
    say({ kind: 'done', ...(await finishUnpacking(unpacker, job)) })
  } finally {
    unpacker.close()
  }
}

// Imported by anything but a worker, this file does nothing.
if (parentPort !== null) {
  const port = parentPort
  const job = workerData as WriteJob
  const say = (message: WriteMessage): void => port.postMessage(message)
  try {
    await write(job, say)
  } catch (error) {
    const failure = toFailure(error)
    if (failure !== undefined) say({ kind: 'failed', failure })
    stopRing(job.ring)
    if (failure === undefined && error !== stopped) throw error
  }
}
