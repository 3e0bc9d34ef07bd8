import { growthState, type FileGrowth } from '@lading/content-store'
import { openBlocking, type BlockingFile, type Open } from './blocking-file.ts'
import type { Job } from './job.ts'
import { done, failed, type Piece, type PieceSource } from './source.ts'

const cell = { generation: 0, length: 1, state: 2 } as const

/**
 * Follows a file under download, by the rule of `FileGrowth`: bytes count when the generation is the same before and after the read.
 *
 * @param open how files are opened; default: on this thread, blocking.
 */
export function growingSource(
  { size }: Pick<Job, 'size'>,
  growth: FileGrowth,
  buffer: Uint8Array,
  open: Open = openBlocking,
): PieceSource {
  const cells = new BigInt64Array(growth.cells)
  let file: BlockingFile | undefined
  let generation = Atomics.load(cells, cell.generation)
  let position = 0

  function finish(then: Parameters<typeof done>[1]): Piece {
    const opened = file
    file = undefined
    return done(opened, then)
  }

  function restart(now: bigint): Piece {
    generation = now
    position = 0
    return finish({ kind: 'restart' })
  }

  function read(length: number): Piece {
    let count: number
    try {
      file ??= open(growth.path) ?? open(growth.finalPath)
      if (file === undefined) return failed('its file is gone')
      count = file.read(buffer, Math.min(buffer.length, length - position), position)
    } catch (cause) {
      return failed('its file cannot be read', cause)
    }
    const now = Atomics.load(cells, cell.generation)
    if (now !== generation) return restart(now)
    if (count === 0) return failed(`its file ends at ${position} bytes, though ${length} were written`)
    position += count
    return { kind: 'bytes', bytes: buffer.subarray(0, count) }
  }

  return {
    next() {
      // The state first: what is verified does not grow any more, so the length that is read after it is the last one.
      const state = Atomics.load(cells, cell.state)
      const now = Atomics.load(cells, cell.generation)
      const length = Atomics.load(cells, cell.length)
      if (state === growthState.failed) return failed('its download ended before its digest was right')
      if (now !== generation) return restart(now)
      if (position < Number(length)) return read(Number(length))
      if (state !== growthState.verified) return { kind: 'wait', growth, length }
      if (position !== size) return failed(`it has ${position} bytes instead of ${size}`)
      return finish({ kind: 'end' })
    },
    close() {
      done(file, { kind: 'end' })
    },
  }
}
