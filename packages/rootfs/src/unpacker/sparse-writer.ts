import { ftruncateSync } from 'node:fs'
import type { Sparse } from '@lading/tar'
import { writeAll } from '../descriptors/write-all.ts'

/** Writes the pieces of a sparse file one after the other, with holes between them. */
export interface SparseWriter {
  /** @throws the system's error */
  write(bytes: Uint8Array): void
  /** Gives the file its length. @throws the system's error */
  end(): void
}

export function createSparseWriter(descriptor: number, { size, pieces }: Sparse): SparseWriter {
  let index = 0
  let done = 0
  return {
    write(bytes) {
      for (let at = 0; at < bytes.length;) {
        const piece = pieces[index]
        // The reader has compared the map with the body's length.
        if (piece === undefined) return
        const length = Math.min(piece.length - done, bytes.length - at)
        if (length > 0) writeAll(descriptor, bytes.subarray(at, at + length), piece.offset + done)
        at += length
        done += length
        if (done < piece.length) continue
        index++
        done = 0
      }
    },
    end() {
      ftruncateSync(descriptor, size)
    },
  }
}
