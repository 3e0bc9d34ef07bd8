import { isLadingError } from '@lading/errors'
import { openBlocking, type Open } from './blocking-file.ts'
import { committedSource } from './committed-source.ts'
import { growingSource } from './growing-source.ts'
import { startInflation } from './inflation.ts'
import type { Failure, Job, Outcome } from './job.ts'
import { decompressorBounds } from './layer-bounds.ts'
import type { Piece } from './source.ts'
import { toFailure } from './to-failure.ts'

/** Between two steps: how far it is, and what there is to wait for; without `wait` there is more to do at once. */
export interface Pause {
  readonly consumed: number
  /** As much was there as is read at once, and so there may be more. */
  readonly plenty?: boolean | undefined
  readonly wait?: Extract<Piece, { kind: 'wait' }> | undefined
}

const interruption = Symbol('interruption')

/**
 * One layer from its file to its diffID, step by step, so that its thread can do other
 * things between two steps. Nothing is said before the blob's bytes are known to be right: content that does not
 * decompress may be a bad download that is about to start over.
 *
 * @param buffer where the compressed bytes are read to, in use only during a step; its length is the size of one.
 * @param open how files are opened; default: on this thread, blocking.
 */
export function* uncompressFile(
  job: Job,
  buffer: Uint8Array,
  open: Open = openBlocking,
): Generator<Pause, Outcome, void> {
  const control = new Int32Array(job.control)
  const interrupted = (): void => {
    if (Atomics.load(control, 0) !== 0) throw interruption
  }
  const { algorithms, checksums } = job
  const how = { algorithms, checksums, bounds: decompressorBounds(job.bounds, job.size), interrupted }
  const source =
    job.growth === undefined ? committedSource(job, buffer, open) : growingSource(job, job.growth, buffer, open)
  let inflation = startInflation(how)
  let failure: Failure | undefined
  let consumed = 0

  const attempt = <T>(step: () => T): T | undefined => {
    if (failure !== undefined) return undefined
    try {
      return step()
    } catch (error) {
      if (!isLadingError(error)) throw error
      failure = toFailure(error)
      return undefined
    }
  }

  try {
    for (;;) {
      interrupted()
      const piece = source.next()
      switch (piece.kind) {
        case 'bytes':
          attempt(() => {
            inflation.push(piece.bytes)
          })
          consumed += piece.bytes.length
          yield { consumed, plenty: piece.bytes.length === buffer.length }
          break
        case 'restart':
          inflation.close()
          inflation = startInflation(how)
          failure = undefined
          consumed = 0
          yield { consumed }
          break
        case 'wait':
          yield { consumed, wait: piece }
          break
        case 'failed':
          return piece.failure
        default: {
          const layer = attempt(() => inflation.end())
          if (layer !== undefined) return { outcome: 'done', ...layer, consumed }
          if (failure !== undefined) return { outcome: 'corrupt', failure }
        }
      }
    }
  } catch (error) {
    if (error === interruption) return { outcome: 'aborted' }
    throw error
  } finally {
    inflation.close()
    source.close()
  }
}
