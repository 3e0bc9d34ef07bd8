import { parentPort, workerData } from 'node:worker_threads'
import { createTarReader } from '@lading/tar'
import type { Limits } from '../limits.ts'
import { writeRecord } from '../place/write-record.ts'
import type { UnpackWarning } from '../rest/do-the-rest.ts'
import { tarOptionsOf } from '../limits.ts'
import { createUnpacker, type Unpacker } from '../unpacker/create-unpacker.ts'
import { ownersOf, type OwnerOptions } from '../unpacker/owners.ts'
import type { NewFiles } from '../unpacker/probe.ts'
import { toFailure, type Failure } from './failure.ts'
import { readRing, stopped, stopRing, type Ring } from './ring.ts'

export interface WriteJob {
  readonly ring: Ring
  readonly layers: number
  /** Descriptors are the process's: open in all its threads. */
  readonly root: number
  readonly temporary: number
  readonly owners: OwnerOptions
  readonly limits: Limits
  readonly newFiles: NewFiles
  readonly devices: boolean
  readonly manifest: string | undefined
}

export type WriteMessage =
  | { readonly kind: 'layer'; readonly index: number }
  | { readonly kind: 'done'; readonly written: Unpacker['written']; readonly warnings: readonly UnpackWarning[] }
  | { readonly kind: 'failed'; readonly failure: Failure }

function write(job: WriteJob, say: (message: WriteMessage) => void): void {
  const { ring, layers, root, temporary, limits, newFiles, devices, manifest } = job
  const unpacker = createUnpacker(root, { owners: ownersOf(job.owners), limits, newFiles, devices })
  try {
    for (let index = 0; index < layers; index++) {
      say({ kind: 'layer', index })
      const reader = createTarReader(
        { entry: unpacker.begin, body: unpacker.data, bodyEnd: unpacker.end },
        tarOptionsOf(limits),
      )
      unpacker.nextLayer()
      for (const piece of readRing(ring)) reader.push(piece)
      reader.end()
    }
    const { lines, warnings } = unpacker.finish(temporary)
    writeRecord(temporary, root, { manifest, lines: lines() })
    say({ kind: 'done', written: unpacker.written, warnings })
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
    write(job, say)
  } catch (error) {
    const failure = toFailure(error)
    if (failure !== undefined) say({ kind: 'failed', failure })
    stopRing(job.ring)
    if (failure === undefined && error !== stopped) throw error
  }
}
