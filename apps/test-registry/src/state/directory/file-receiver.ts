import { createHash, randomUUID, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Algorithm } from '@lading/digest'
import type { Receiver } from '../storage.ts'
import { fileBlob } from './file-blob.ts'
import { blobPath, uploadsOf } from './layout-paths.ts'

/** Receives into a file beside the layouts, and renames it into one. Open only while a request writes: sessions may be many. */
export function fileReceiver(root: string, algorithm: Algorithm, layout: (repository: string) => string): Receiver {
  const path = join(uploadsOf(root), randomUUID())
  let handle: FileHandle | undefined
  let size = 0
  let hash = createHash(algorithm)

  async function opened(): Promise<FileHandle> {
    if (handle === undefined) {
      await mkdir(uploadsOf(root), { recursive: true })
      handle = await open(path, size === 0 ? 'w' : 'r+')
    }
    return handle
  }

  async function rest(): Promise<void> {
    const writing = handle
    handle = undefined
    await writing?.close()
  }

  return {
    get size() {
      return size
    },
    async write(chunk) {
      const file = await opened()
      for (let at = 0; at < chunk.length;)
        at += (await file.write(chunk, at, chunk.length - at, size + at)).bytesWritten
      hash.update(chunk)
      size += chunk.length
    },
    rest,
    mark: () => ({ size, hash: hash.copy() }),
    async rewind(mark) {
      if (size > 0) await (await opened()).truncate(mark.size)
      size = mark.size
      hash = (mark.hash as Hash).copy()
    },
    async digest(asked) {
      if (asked === algorithm) return `${asked}:${hash.copy().digest('hex')}`
      const other = createHash(asked)
      if (size > 0)
        for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }))
          other.update(chunk as Uint8Array)
      return `${asked}:${other.digest('hex')}`
    },
    async keep(repository, digest) {
      await opened()
      await rest()
      const place = blobPath(layout(repository), digest)
      await mkdir(dirname(place), { recursive: true })
      await rename(path, place)
      return fileBlob(place)
    },
    async discard() {
      await rest()
      await rm(path, { force: true })
    },
  }
}
