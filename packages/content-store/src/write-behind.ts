import type { GiveBack } from '@lading/content'
import type { FileHandle } from './file-system.ts'

/** Writes chunks in order, one system call at a time; what arrives meanwhile goes into the next call together. */
export interface WriteBehind {
  /** A returned promise asks for a pause. It does not reject: a failure shows itself at the next `push` or `drain`. */
  push(chunk: Uint8Array, giveBack?: GiveBack): undefined | Promise<void>
  /** Everything pushed is written. @throws what a write failed with; from then on nothing more is written. */
  drain(): Promise<void>
  /** Bytes from the start of the file that are written. */
  readonly written: number
  readonly failure: unknown
}

/** Enough to keep the disk busy while the next chunks are hashed, and no more: this is held per download. */
const highWater = 1024 * 1024
/** IOV_MAX is 1024 on Linux and macOS. */
const mostPieces = 512

interface Listeners {
  readonly grown: (written: number) => void
  /** Every `every` bytes; writing goes on when it resolves, and ends when it rejects. */
  readonly checkpoint: (written: number) => Promise<void>
  readonly every: number
}

export function writeBehind(handle: FileHandle, start: number, { grown, checkpoint, every }: Listeners): WriteBehind {
  let queue: Uint8Array[] = []
  /** Of each that is queued, or being written. */
  let owed: (GiveBack | undefined)[] = []
  let pending = 0
  let written = start
  let nextCheckpoint = start + every
  let failure: unknown
  let running: Promise<void> | undefined
  let room: PromiseWithResolvers<void> | undefined

  const run = async (): Promise<void> => {
    try {
      while (queue.length > 0) {
        const pieces = queue.length > mostPieces ? queue.slice(0, mostPieces) : queue
        queue = queue.slice(pieces.length)
        const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0)
        await handle.write(pieces, written)
        written += bytes
        pending -= bytes
        for (const giveBack of owed.splice(0, pieces.length)) giveBack?.()
        grown(written)
        if (pending < highWater) open()
        if (written >= nextCheckpoint) {
          nextCheckpoint = written + every
          await checkpoint(written)
        }
      }
    } catch (error) {
      failure = error
      queue = []
      owed = []
    } finally {
      running = undefined
      open()
    }
  }
  const open = (): void => {
    room?.resolve()
    room = undefined
  }

  return {
    get written() {
      return written
    },
    get failure() {
      return failure
    },
    push(chunk, giveBack) {
      if (failure !== undefined) throw failure
      queue.push(chunk)
      owed.push(giveBack)
      pending += chunk.length
      running ??= run()
      if (pending < highWater) return undefined
      room ??= Promise.withResolvers<void>()
      return room.promise
    },
    async drain() {
      await running
      if (failure !== undefined) throw failure
    },
  }
}
