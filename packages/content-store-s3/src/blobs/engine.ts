import type { Clock } from '@lading/clock'
import type { Overtaking, WaitingOptions } from '@lading/content-store'
import type { Objects } from '../objects.ts'
import type { Times } from '../times.ts'

/** What all that is done with blobs needs. */
export interface Engine {
  /** Steady ones: what passes has passed. */
  readonly objects: Objects
  readonly times: Times
  readonly clock: Clock
  /** How old a look is, in milliseconds: see `ageingClock`. */
  readonly age: () => number
  readonly bounds: Bounds
  /** As of a store in files: told of owners that are waited for, and when one that is slow is overtaken. */
  readonly rivals: Pick<WaitingOptions, 'onWaiting'> & { readonly overtaking?: Overtaking | undefined }
}

/** What a blob takes of memory: `chunkBytes` for each chunk that is in flight, and one more that is filled. */
export interface Bounds {
  /** Of a chunk, at most, in bytes. */
  readonly chunkBytes: number
  /** Chunks of one blob that are written or read at once. */
  readonly inFlight: number
  /** Content of at most so many bytes is kept in its list of chunks itself. */
  readonly inlineBytes: number
  /** While a blob comes, at least so many of its last bytes are nowhere before its digest is right. */
  readonly withheldBytes: number
}

export const defaultBounds: Bounds = {
  chunkBytes: 4 * 1024 * 1024,
  inFlight: 3,
  inlineBytes: 64 * 1024,
  withheldBytes: 64 * 1024,
}
