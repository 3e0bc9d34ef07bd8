import { nodeFileSystem, type FileHandle, type FileSystem } from '@lading/content-store'

/** A file system that has one temporary file, in memory: all that an archive is spooled with. */
export function spoolingFiles(): FileSystem {
  let bytes = Buffer.alloc(0)
  const handle = (path: string): FileHandle => ({
    path,
    async read(buffer, position) {
      return bytes.copy(buffer, 0, position)
    },
    async write(chunk, position) {
      const whole = Buffer.concat(chunk instanceof Uint8Array ? [chunk] : chunk)
      bytes = Buffer.concat([bytes.subarray(0, position), whole])
    },
    sync: async () => {},
    async truncate(size) {
      bytes = bytes.subarray(0, size)
    },
    stat: async () => ({ kind: 'file', size: bytes.length, modifiedMs: 0, changedMs: 0, inode: 0n, mode: 0o600 }),
    close: async () => {},
  })
  return { ...nodeFileSystem(), open: async (path) => handle(path), unlink: async () => true }
}
