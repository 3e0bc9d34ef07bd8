import { algorithmOf } from '@lading/digest'
import { createHasher } from '@lading/digest/hash'
import type { BlockingFile, Open } from './blocking-file.ts'
import type { Job } from './job.ts'
import { done, failed, type Piece, type PieceSource } from './source.ts'

/** Reads a blob of the store. It was verified when it came in, not since: it is hashed again on the way. */
export function committedSource({ digest, size, path }: Job, buffer: Uint8Array, open: Open): PieceSource {
  const hasher = createHasher(algorithmOf(digest))
  let file: BlockingFile | undefined
  let position = 0

  function end(): Piece {
    if (position !== size) return failed(`its file has ${position} bytes instead of ${size}`)
    const actual = hasher.digest()
    if (actual !== digest) return failed(`its file is ${actual}`)
    const read = file
    file = undefined
    return done(read, { kind: 'end' })
  }

  return {
    next() {
      let count: number
      try {
        file ??= open(path)
        if (file === undefined) return failed('its file is not there')
        count = file.read(buffer, buffer.length, position)
      } catch (cause) {
        return failed('its file cannot be read', cause)
      }
      if (count === 0) return end()
      position += count
      const bytes = buffer.subarray(0, count)
      hasher.update(bytes)
      return { kind: 'bytes', bytes }
    },
    close() {
      done(file, { kind: 'end' })
    },
  }
}
