import { createHash, type Hash } from 'node:crypto'
import type { Algorithm } from '@lading/digest'
import { digestOf } from '../hash.ts'
import { memoryContent } from './content.ts'
import { growingBytes } from './growing-bytes.ts'
import { StorageFull, type Receiver, type Storage, type StoredBlob } from './storage.ts'

/** @param limit bytes that clients may push, uploads under way included */
export function memoryStorage(limit: number): Storage {
  let used = 0
  // A mounted blob is the same bytes in several repositories: they count once, until the last has let go.
  const holders = new Map<StoredBlob, number>()
  const blobOf = (bytes: Uint8Array): StoredBlob => {
    const blob: StoredBlob = { ...memoryContent(bytes), bytes: () => bytes }
    holders.set(blob, 1)
    return blob
  }
  const take = (bytes: number): void => {
    if (used + bytes > limit) throw new StorageFull(`the registry keeps at most ${limit} bytes in memory`)
    used += bytes
  }

  function receive(algorithm: Algorithm): Receiver {
    const bytes = growingBytes()
    let hash = createHash(algorithm)
    const free = (): void => {
      used -= bytes.size
      bytes.truncate(0)
    }
    return {
      get size() {
        return bytes.size
      },
      write(chunk) {
        take(chunk.length)
        bytes.append(chunk)
        hash.update(chunk)
      },
      rest() {},
      mark: () => ({ size: bytes.size, hash: hash.copy() }),
      rewind(mark) {
        if (bytes.size < mark.size) return
        used -= bytes.size - mark.size
        bytes.truncate(mark.size)
        hash = (mark.hash as Hash).copy()
      },
      digest: async (asked) =>
        asked === algorithm ? `${asked}:${hash.copy().digest('hex')}` : digestOf(bytes.view(), asked),
      keep: async () => blobOf(bytes.take()),
      discard: free,
    }
  }

  return {
    put(_, __, bytes) {
      used += bytes.length
      return blobOf(bytes)
    },
    receive,
    async share(blob) {
      const count = holders.get(blob)
      if (count !== undefined) holders.set(blob, count + 1)
      return blob
    },
    remove(blob) {
      const count = holders.get(blob)
      // A blob of a layout that was loaded: somebody else's file.
      if (count === undefined) return
      if (count > 1) {
        holders.set(blob, count - 1)
      } else {
        holders.delete(blob)
        used -= blob.size
      }
    },
    hasRoom: (bytes) => used + bytes <= limit,
    putManifest: (_, { bytes }) => void (used += bytes.length),
    removeManifest: (_, { bytes }) => void (used -= bytes.length),
    changed() {},
    settled: async () => {},
    close: async () => {},
  }
}
