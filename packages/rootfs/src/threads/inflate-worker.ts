import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { createDecompressor } from '@lading/compression'
import { algorithmOf, type Digest } from '@lading/digest'
import { createHasher } from '@lading/digest/hash'
import { layerMismatch, sizeMismatch } from '../layer-mismatch.ts'
import { plainSystemError } from '../system-error.ts'
import { toFailure, type Failure } from './failure.ts'
import { stopped, stopRing, waitForLayer, writeRing, type Ring, type RingWriter } from './ring.ts'

/** A layer's file, and what it must be. */
export interface LayerFile {
  readonly path: string
  readonly digest: Digest
  /** Of the file, in bytes. */
  readonly size: number
  readonly diffId: Digest
}

export interface InflateJob {
  readonly ring: Ring
  readonly layers: readonly LayerFile[]
}

export interface InflateMessage {
  readonly kind: 'unread'
  readonly failure: Failure
}

const blockSize = 1024 * 1024

function inflate({ ring, layers }: InflateJob, writer: RingWriter): void {
  const block = new Uint8Array(blockSize)
  for (const [index, { path, digest, size, diffId }] of layers.entries()) {
    waitForLayer(ring, index)
    const hasher = createHasher(algorithmOf(diffId))
    const decompressor = createDecompressor({ inputLength: size })
    const output = (bytes: Uint8Array): void => {
      hasher.update(bytes)
      writer.write(bytes)
    }
    const descriptor = open(path)
    try {
      if (fstatSync(descriptor).size !== size) throw sizeMismatch(digest, size, fstatSync(descriptor).size)
      for (;;) {
        const length = read(descriptor, block, path)
        if (length === 0) break
        decompressor.push(block.subarray(0, length), output)
      }
      decompressor.end(output)
    } finally {
      decompressor.close()
      closeSync(descriptor)
    }
    // The digest of the blob is then right, too: the config names its decompressed content.
    const actual = hasher.digest()
    if (actual !== diffId) throw layerMismatch(digest, diffId, actual)
    writer.end()
  }
}

function open(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    throw plainSystemError(error, path)
  }
}

function read(descriptor: number, block: Uint8Array, path: string): number {
  try {
    return readSync(descriptor, block, 0, block.length, null)
  } catch (error) {
    throw plainSystemError(error, path)
  }
}

function tellReader(writer: RingWriter): void {
  try {
    writer.fail()
  } catch (error) {
    if (error !== stopped) throw error
  }
}

// Imported by anything but a worker, this file does nothing.
if (parentPort !== null) {
  const port = parentPort
  const job = workerData as InflateJob
  const writer = writeRing(job.ring)
  try {
    inflate(job, writer)
  } catch (error) {
    const failure = toFailure(error)
    if (failure === undefined) stopRing(job.ring)
    else port.postMessage({ kind: 'unread', failure } satisfies InflateMessage)
    if (failure === undefined && error !== stopped) throw error
    tellReader(writer)
  }
}
