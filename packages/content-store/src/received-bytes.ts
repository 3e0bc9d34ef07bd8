import type { GiveBack } from '@lading/content'
import type { Algorithm, Digest } from '@lading/digest'
import { createHasher, type Hasher } from '@lading/digest/hash'
import type { FileHandle } from './file-system.ts'
import { writeBehind, type WriteBehind } from './write-behind.ts'

/** Bytes on their way into a file: counted and hashed as they come, and written behind the caller's back. */
export interface ReceivedBytes {
  /** Taken and hashed, and written or about to be. */
  readonly offset: number
  /** From the start of the file, written. */
  readonly written: number
  /** As `Ingest.write`. */
  write(chunk: Uint8Array, giveBack?: GiveBack): void | Promise<void>
  /** From now on no chunk is taken. */
  seal(): void
  /** Everything that was taken is written. @throws what a write failed with */
  drain(): Promise<void>
  /** What has come is void, and everything comes again. */
  startOver(): Promise<void>
  /** Of all that was taken. */
  digest(): Digest
}

interface Options {
  readonly algorithm: Algorithm | undefined
  /** Bytes that are in the file, and their hash. Default none. */
  readonly start?: { readonly length: number; readonly hasher: Hasher } | undefined
  /** The most bytes that are taken. */
  readonly size: number | undefined
  readonly refuse: {
    /** For a chunk after `seal`. */
    ended(): Error
    /** For a chunk with which there would be `actual` bytes. */
    tooLong(actual: number): Error
  }
  /** Default: nobody follows the file. */
  readonly growth?: { grown(length: number): void; restart(): void } | undefined
  /** Default: none on the way. */
  readonly checkpoint?: { readonly every: number; reached(written: number): Promise<void> } | undefined
}

export function receiveBytes(handle: FileHandle, options: Options): ReceivedBytes {
  const { algorithm, start, size = Number.POSITIVE_INFINITY, refuse, growth, checkpoint } = options
  let hasher = start?.hasher ?? createHasher(algorithm)
  let offset = start?.length ?? 0
  let sealed = false
  let out = writer()

  function writer(): WriteBehind {
    return writeBehind(handle, offset, {
      grown: growth?.grown ?? (() => {}),
      every: checkpoint?.every ?? Number.POSITIVE_INFINITY,
      checkpoint: checkpoint?.reached ?? (async () => {}),
    })
  }

  return {
    get offset() {
      return offset
    },
    get written() {
      return out.written
    },
    write(chunk, giveBack) {
      if (sealed) throw refuse.ended()
      const length = offset + chunk.length
      if (length > size) throw refuse.tooLong(length)
      if (chunk.length === 0) return undefined
      const wait = out.push(chunk, giveBack)
      hasher.update(chunk)
      offset = length
      return wait
    },
    seal() {
      sealed = true
    },
    drain: () => out.drain(),
    async startOver() {
      // Whether it could be written does not matter any more.
      await out.drain().catch(() => {})
      growth?.restart()
      await handle.truncate(0)
      hasher = createHasher(algorithm)
      offset = 0
      out = writer()
    },
    digest: () => hasher.digest(),
  }
}
