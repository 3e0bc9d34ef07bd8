import { dirname } from 'node:path'
import type { FileHandle, FileSystem } from '@lading/content-store'

/** Faults of ours that a run must find: what a store would do that left a step out. By name, what each makes of a file system. */
export const planted = {
  /** A file is written over in its place: a kill leaves half of it. */
  'no rename': (fs) => ({
    ...fs,
    async rename(from, to) {
      const found = await fs.stat(to)
      const bytes = await fs.readFile(from, { maxBytes: 64 * 1024 * 1024 })
      if (found?.kind !== 'file' || bytes === undefined) return fs.rename(from, to)
      const handle = await fs.open(to, 'r+')
      await handle.truncate(0)
      await handle.write(bytes, 0)
      await handle.close()
      await fs.unlink(from)
    },
  }),
  /** A write that came to half is taken for a whole one. */
  'short writes': (fs) => ({
    ...fs,
    open: async (path, flags, options) => shortly(await fs.open(path, flags, options)),
  }),
  /** What is renamed into its place is there before its bytes are. */
  'rename before the bytes': (fs) => ({
    ...fs,
    async rename(from, to) {
      const bytes = await fs.readFile(from, { maxBytes: 64 * 1024 * 1024 }).catch(() => undefined)
      if (bytes === undefined || !dirname(to).includes('blobs')) return fs.rename(from, to)
      await fs.chmod(from, 0o600)
      const handle = await fs.open(from, 'r+')
      await handle.truncate(0)
      await fs.rename(from, to)
      await handle.write(bytes, 0)
      await handle.close()
    },
  }),
} satisfies Readonly<Record<string, (fs: FileSystem) => FileSystem>>

export type Planted = keyof typeof planted

const shortly = (handle: FileHandle): FileHandle => ({
  path: handle.path,
  read: (buffer, position) => handle.read(buffer, position),
  async write(bytes, position) {
    const whole = Buffer.concat(bytes instanceof Uint8Array ? [bytes] : bytes)
    await handle.write(whole.subarray(0, Math.max(1, whole.length >> 1)), position)
  },
  sync: () => handle.sync(),
  truncate: (size) => handle.truncate(size),
  stat: () => handle.stat(),
  close: () => handle.close(),
})
