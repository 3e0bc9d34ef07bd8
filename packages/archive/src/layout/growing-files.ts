import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import type { FileSystem } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { createHasher } from '@lading/digest/hash'
import type { LayoutBlobs } from './layout-blobs.ts'
import type { GrowingFile, GrowingFiles } from './layout-receiver.ts'
import { fileMode, makeDirectory, type LayoutPlaces } from './prepare-layout.ts'

/** Files of incomplete blobs, under names that no reader takes for content. */
export function growingFiles(
  fs: FileSystem,
  { places, blobs }: { readonly places: Pick<LayoutPlaces, 'incoming' | 'blob'>; readonly blobs: LayoutBlobs },
): GrowingFiles & { dropAll(): Promise<void> } {
  const left = new Map<Digest, GrowingFile>()
  const drop = async ({ file, path }: GrowingFile): Promise<void> => {
    await file.close().catch(() => {})
    await fs.unlink(path).catch(() => false)
  }
  return {
    take(digest) {
      const growing = left.get(digest)
      left.delete(digest)
      return growing
    },
    async create() {
      const path = `${places.incoming}.${randomBytes(8).toString('hex')}.tmp`
      return { path, file: await fs.open(path, 'wx', { mode: fileMode }), length: 0, hasher: createHasher() }
    },
    leave(digest, growing) {
      const other = left.get(digest)
      if (other === undefined || other.length < growing.length) left.set(digest, growing)
      const loser = other === undefined || other.length < growing.length ? other : growing
      if (loser !== undefined) void drop(loser)
    },
    drop,
    async place(growing, digest) {
      const { file, path, length } = growing
      try {
        await file.sync()
        await file.close()
        const target = places.blob(digest)
        if (await blobs.isHere({ digest, size: length })) {
          await fs.unlink(path)
          return
        }
        await makeDirectory(fs, dirname(target))
        await fs.rename(path, target)
        await blobs.remember(digest)
      } catch (error) {
        await drop(growing)
        throw error
      }
    },
    async dropAll() {
      for (const growing of left.values()) await drop(growing)
      left.clear()
    },
  }
}
