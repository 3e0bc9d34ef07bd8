import fs from 'node:fs'
import { sep } from 'node:path'
import { isLadingError } from '@lading/errors'
import { ContentError } from './content-error.ts'
import type { FileSystem } from './file-system.ts'
import { fileSystemTraits } from './file-system-traits.ts'
import { makeDirectories } from './make-directories.ts'
import { call, kindOf, nodeFileHandle, smallCall, statOf } from './node-file-handle.ts'
import { patientFileSystem } from './patient-file-system.ts'

const { O_RDONLY, O_RDWR, O_WRONLY, O_CREAT, O_EXCL } = fs.constants
// Absent on Windows. Without O_NONBLOCK a FIFO put in a blob's place would hang its reader.
const plain = (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)
const openFlags = { r: O_RDONLY | plain, 'r+': O_RDWR | plain, wx: O_WRONLY | O_CREAT | O_EXCL } as const

const absent = (error: unknown): undefined => {
  if (isLadingError(error, 'NOT_FOUND') || isLadingError(error, 'NOT_A_DIRECTORY')) return undefined
  throw error
}

/** The file system of this machine, through `node:fs`. */
export function nodeFileSystem(): FileSystem {
  return patientFiles
}

const traits = fileSystemTraits()

const nodeFiles: FileSystem = {
  traits,
  async open(path, flags, options) {
    const mode = options?.mode ?? 0o600
    const descriptor = await smallCall<number>(
      'open',
      path,
      () => fs.openSync(path, openFlags[flags], mode),
      (done) => fs.open(path, openFlags[flags], mode, done),
    )
    return nodeFileHandle(descriptor, path)
  },
  async mkdir(path, { recursive = false, mode = 0o700 } = {}) {
    const make = (at: string): Promise<void> =>
      smallCall<void>(
        'mkdir',
        at,
        () => fs.mkdirSync(at, { mode }),
        (done) => fs.mkdir(at, { mode }, done),
      )
    await (recursive ? makeDirectories(path, make) : make(path))
  },
  rename,
  // A path that ends in a separator names a directory and nothing else (POSIX, pathname resolution).
  moveDirectory: (from, to) => rename(`${from}${sep}`, to),
  link: (from, to) =>
    smallCall<void>(
      'link',
      to,
      () => fs.linkSync(from, to),
      (done) => fs.link(from, to, done),
    ),
  async unlink(path) {
    try {
      await smallCall<void>(
        'unlink',
        path,
        () => fs.unlinkSync(path),
        (done) => fs.unlink(path, done),
      )
      return true
    } catch (error) {
      absent(error)
      return false
    }
  },
  removeTree: (path) =>
    call('remove', path, (done) =>
      fs.rm(
        path,
        { recursive: true, force: true, maxRetries: traits.replacesOpenFiles ? 0 : 5 },
        done as fs.NoParamCallback,
      ),
    ),
  async removeDirectory(path) {
    try {
      await smallCall<void>(
        'remove',
        path,
        () => fs.rmdirSync(path),
        (done) => fs.rmdir(path, done),
      )
      return true
    } catch (error) {
      if (isLadingError(error, 'NOT_FOUND')) return true
      if (isLadingError(error, 'EXISTS')) return false
      throw error
    }
  },
  async readDirectory(path) {
    const entries = await call<fs.Dirent[]>('read directory', path, (done) =>
      fs.readdir(path, { withFileTypes: true }, done),
    ).catch((error: unknown) => {
      if (isLadingError(error, 'NOT_FOUND')) return undefined
      throw error
    })
    return entries?.map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
  },
  async stat(path) {
    const stats = await smallCall<fs.BigIntStats | undefined>(
      'stat',
      path,
      () => fs.lstatSync(path, { bigint: true, throwIfNoEntry: false }),
      (done) => fs.lstat(path, { bigint: true }, done),
    ).catch(absent)
    return stats === undefined ? undefined : statOf(stats)
  },
  async readFile(path, { maxBytes }) {
    const handle = await nodeFiles.open(path, 'r').catch(absent)
    if (handle === undefined) return undefined
    try {
      const { kind, size } = await handle.stat()
      if (kind !== 'file') throw new ContentError('NOT_A_FILE', `read ${path}: not a file`, { path })
      if (size > maxBytes)
        throw new ContentError('TOO_LARGE', `read ${path}: ${size} bytes, at most ${maxBytes} are allowed`, {
          path,
          expected: maxBytes,
          actual: size,
        })
      const bytes = new Uint8Array(size)
      let at = 0
      while (at < size) {
        const count = await handle.read(bytes.subarray(at), at)
        if (count === 0) break
        at += count
      }
      return bytes.subarray(0, at)
    } finally {
      await handle.close()
    }
  },
  chmod: (path, mode) =>
    smallCall<void>(
      'chmod',
      path,
      () => fs.chmodSync(path, mode),
      (done) => fs.chmod(path, mode, done),
    ),
  async freeSpace(path) {
    const found = await call<fs.StatsFs>('stat the file system of', path, (done) => fs.statfs(path, done)).catch(
      () => undefined,
    )
    // Some network and user-space file systems answer zeros.
    return found === undefined || found.blocks === 0 ? undefined : found.bavail * found.bsize
  },
  touch: (path) => {
    const now = new Date()
    return call('touch', path, (done) => fs.utimes(path, now, now, done as fs.NoParamCallback))
  },
  async syncDirectory(path) {
    if (!traits.syncsDirectories) return
    const descriptor = await smallCall<number>(
      'open',
      path,
      () => fs.openSync(path, O_RDONLY),
      (done) => fs.open(path, O_RDONLY, done),
    )
    try {
      await call('fsync', path, (done) => fs.fsync(descriptor, done as fs.NoParamCallback))
    } catch (error) {
      // Some network and user-space file systems have no fsync for directories; there is nothing to wait for then.
      const errno = (error as { cause?: { code?: unknown } }).cause?.code
      if (errno !== 'EINVAL' && errno !== 'ENOTSUP' && errno !== 'ENOSYS') throw error
    } finally {
      await smallCall<void>(
        'close',
        path,
        () => fs.closeSync(descriptor),
        (done) => fs.close(descriptor, done),
      )
    }
  },
}

const patientFiles = patientFileSystem(nodeFiles)

function rename(from: string, to: string): Promise<void> {
  return smallCall<void>(
    'rename',
    to,
    () => fs.renameSync(from, to),
    (done) => fs.rename(from, to, done),
  )
}
