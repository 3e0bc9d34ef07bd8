import fs from 'node:fs'
import { ContentError } from './content-error.ts'
import type { FileHandle, FileKind, FileStat } from './file-system.ts'
import { fileSystemError } from './file-system-error.ts'
import { threadTime } from './thread-time.ts'

type Done<T> = (error: NodeJS.ErrnoException | null, value: T) => void

/** One call of `node:fs` as a promise that rejects with a `ContentError`. */
export function call<T>(operation: string, path: string, run: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    run((error, value) => {
      if (error) reject(fileSystemError(error, operation, path))
      else resolve(value)
    })
  })
}

const time = threadTime()

/** The same of a call that takes microseconds as a rule: on this thread, as long as it does. */
export function smallCall<T>(operation: string, path: string, here: () => T, run: (done: Done<T>) => void): Promise<T> {
  if (!time.available()) return call(operation, path, run)
  const since = performance.now()
  try {
    return Promise.resolve(here())
  } catch (error) {
    return Promise.reject(fileSystemError(error, operation, path))
  } finally {
    time.spent(performance.now() - since)
  }
}

/** In bytes. Of more, copying is the larger part of a call, which another thread does beside this one. */
const smallBytes = 16 * 1024

export function kindOf(entry: Pick<fs.BigIntStats, 'isFile' | 'isDirectory' | 'isSymbolicLink'>): FileKind {
  return entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'link' : 'other'
}

export function statOf(stats: fs.BigIntStats): FileStat {
  return {
    kind: kindOf(stats),
    size: Number(stats.size),
    modifiedMs: Number(stats.mtimeNs) / 1e6,
    changedMs: Number(stats.ctimeNs) / 1e6,
    inode: stats.ino,
    mode: Number(stats.mode) & 0o777,
  }
}

export function nodeFileHandle(descriptor: number, path: string): FileHandle {
  let closed = false
  // The system gives the number to the next file that is opened: used after close, it would be somebody else's file.
  const use = <T>(operation: string, run: (done: Done<T>) => void, here?: () => T): Promise<T> => {
    if (closed)
      return Promise.reject(new ContentError('IO_ERROR', `${operation} ${path}: the file is closed`, { path }))
    return here === undefined ? call(operation, path, run) : smallCall(operation, path, here, run)
  }
  // Callbacks on a bare descriptor: `fs.promises` costs a third more per call, which the hot path notices.
  const writeSome = (pieces: readonly Uint8Array[], position: number): Promise<number> =>
    use(
      'write',
      (done) => {
        const [first, second] = pieces
        if (first !== undefined && second === undefined) fs.write(descriptor, first, 0, first.length, position, done)
        else fs.writev(descriptor, pieces, position, done)
      },
      pieces.reduce((sum, { length }) => sum + length, 0) > smallBytes
        ? undefined
        : () => fs.writevSync(descriptor, pieces, position),
    )
  return {
    path,
    read: (buffer, position) =>
      use(
        'read',
        (done) => fs.read(descriptor, buffer, 0, buffer.length, position, done),
        buffer.length > smallBytes ? undefined : () => fs.readSync(descriptor, buffer, 0, buffer.length, position),
      ),
    async write(bytes, position) {
      let pieces = bytes instanceof Uint8Array ? [bytes] : bytes
      let at = position
      for (;;) {
        pieces = pieces.filter((piece) => piece.length > 0)
        if (pieces.length === 0) return
        const written = await writeSome(pieces, at)
        if (written === 0)
          throw new ContentError('IO_ERROR', `write ${path}: the system took no bytes and gave no reason`, {
            path,
            offset: at,
          })
        at += written
        pieces = after(pieces, written)
      }
    },
    sync: () => use('fsync', (done) => fs.fsync(descriptor, done as fs.NoParamCallback)),
    truncate: (size) => use('truncate', (done) => fs.ftruncate(descriptor, size, done as fs.NoParamCallback)),
    stat: async () =>
      statOf(
        await use<fs.BigIntStats>(
          'stat',
          (done) => fs.fstat(descriptor, { bigint: true }, done),
          () => fs.fstatSync(descriptor, { bigint: true }),
        ),
      ),
    async close() {
      if (closed) return
      closed = true
      await smallCall<void>(
        'close',
        path,
        () => fs.closeSync(descriptor),
        (done) => fs.close(descriptor, done),
      )
    },
  }
}

/** What is left after `count` bytes were taken from the front. */
function after(pieces: readonly Uint8Array[], count: number): Uint8Array[] {
  const rest: Uint8Array[] = []
  let taken = count
  for (const piece of pieces) {
    if (taken < piece.length) rest.push(taken > 0 ? piece.subarray(taken) : piece)
    taken = Math.max(0, taken - piece.length)
  }
  return rest
}
