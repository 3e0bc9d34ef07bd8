import type { BlobAddress } from '@lading/content-store'
import { isLadingError } from '@lading/errors'
import type { Inflation } from './inflation.ts'
import type { Failure } from './job.ts'
import { sourceFailed } from './layer-error.ts'
import type { Uncompressed } from './layer-store.ts'
import { outcomeError } from './outcome-error.ts'
import { toFailure } from './to-failure.ts'

/** One layer on its way from its bytes to its names. */
export interface LayerInProgress {
  /** Of the blob, in bytes. */
  readonly consumed: number
  push(bytes: Uint8Array): void
  restart(): void
  /** All bytes came, and were right. @throws LayerError */
  end(): Uncompressed
  close(): void
}

/**
 * Nothing is said before the blob's bytes are known to be right: content that does not decompress may be a bad download
 * that is about to start over.
 */
export function layerInProgress({ digest, size }: BlobAddress, start: () => Inflation): LayerInProgress {
  let inflation = start()
  let failure: Failure | undefined
  let consumed = 0
  const attempt = <T>(step: () => T): T | undefined => {
    if (failure !== undefined) return undefined
    try {
      return step()
    } catch (error) {
      if (!isLadingError(error) || error.name !== 'CompressionError') throw error
      failure = toFailure(error)
      return undefined
    }
  }
  return {
    get consumed() {
      return consumed
    },
    push(bytes) {
      attempt(() => inflation.push(bytes))
      consumed += bytes.length
    },
    restart() {
      inflation.close()
      inflation = start()
      failure = undefined
      consumed = 0
    },
    end() {
      if (consumed !== size) throw sourceFailed(digest, `it has ${consumed} bytes instead of ${size}`)
      const layer = attempt(() => inflation.end())
      if (failure !== undefined) throw outcomeError(digest, { outcome: 'corrupt', failure })
      return layer as Uncompressed
    },
    close: () => inflation.close(),
  }
}
