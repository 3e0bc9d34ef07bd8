import type { FileHandle, FileSystem } from '../file-system.ts'
import { fileSystemError } from '../file-system-error.ts'

/** A method of `FileSystem`, or of the `FileHandle`s that it opens. */
export type Operation = Exclude<keyof FileSystem | keyof FileHandle, 'path' | 'traits'>

export interface Call {
  readonly operation: Operation
  readonly path: string
}

export interface Fault {
  /** Default: every operation counts. */
  readonly operation?: Operation | undefined
  /** Only calls on paths that match. */
  readonly path?: RegExp | undefined
  /** The first call that fails, from 1. */
  readonly nth: number
  /** As the operating system says it: `ENOSPC`, `EIO`, `EACCES` … */
  readonly errno: string
  /** That call only, or it and all later ones. Default `false`: only that one. */
  readonly forGood?: boolean | undefined
}

export interface FaultyHooks {
  /** Runs before each call; the call waits for it. For interleavings, and for processes that kill themselves. */
  readonly before?: ((call: Call) => void | Promise<void>) | undefined
}

export interface FaultyFileSystem extends FileSystem {
  /** Every call so far, in order, failed ones too. */
  readonly calls: readonly Call[]
  /** How many calls were made to fail. */
  readonly failures: number
}

/**
 * A file system that fails as planned and otherwise does what `fs` does.
 *
 * A failing `write` writes the first half first, as a full disk does. A failing `close` closes. Everything else fails
 * before it does anything.
 */
export function faultyFileSystem(
  fs: FileSystem,
  faults: readonly Fault[] = [],
  hooks: FaultyHooks = {},
): FaultyFileSystem {
  const calls: Call[] = []
  const seen = faults.map(() => 0)
  let failures = 0

  const strike = async (operation: Operation, path: string): Promise<Error | undefined> => {
    const call = { operation, path }
    calls.push(call)
    await hooks.before?.(call)
    let errno: string | undefined
    for (const [index, fault] of faults.entries()) {
      if (fault.operation !== undefined && fault.operation !== operation) continue
      if (fault.path !== undefined && !fault.path.test(path)) continue
      const count = (seen[index] ?? 0) + 1
      seen[index] = count
      if (count === fault.nth || (fault.forGood === true && count > fault.nth)) errno ??= fault.errno
    }
    if (errno === undefined) return undefined
    failures++
    return fileSystemError(
      Object.assign(new Error(`${errno}: injected, ${operation} '${path}'`), { code: errno }),
      operation,
      path,
    )
  }
  const guarded = async <T>(operation: Operation, path: string, run: () => Promise<T>): Promise<T> => {
    const error = await strike(operation, path)
    if (error !== undefined) throw error
    return run()
  }

  const wrap = (handle: FileHandle): FileHandle => {
    const { path } = handle
    return {
      path,
      read: (buffer, position) => guarded('read', path, () => handle.read(buffer, position)),
      async write(bytes, position) {
        const error = await strike('write', path)
        if (error === undefined) return handle.write(bytes, position)
        const whole = Buffer.concat(bytes instanceof Uint8Array ? [bytes] : bytes)
        await handle.write(whole.subarray(0, whole.length >> 1), position)
        throw error
      },
      sync: () => guarded('sync', path, () => handle.sync()),
      truncate: (size) => guarded('truncate', path, () => handle.truncate(size)),
      stat: () => guarded('stat', path, () => handle.stat()),
      async close() {
        const error = await strike('close', path)
        await handle.close()
        if (error !== undefined) throw error
      },
    }
  }

  return {
    traits: fs.traits,
    calls,
    get failures() {
      return failures
    },
    open: async (path, flags, options) => wrap(await guarded('open', path, () => fs.open(path, flags, options))),
    mkdir: (path, options) => guarded('mkdir', path, () => fs.mkdir(path, options)),
    rename: (from, to) => guarded('rename', to, () => fs.rename(from, to)),
    moveDirectory: (from, to) => guarded('moveDirectory', to, () => fs.moveDirectory(from, to)),
    link: (from, to) => guarded('link', to, () => fs.link(from, to)),
    unlink: (path) => guarded('unlink', path, () => fs.unlink(path)),
    removeTree: (path) => guarded('removeTree', path, () => fs.removeTree(path)),
    removeDirectory: (path) => guarded('removeDirectory', path, () => fs.removeDirectory(path)),
    readDirectory: (path) => guarded('readDirectory', path, () => fs.readDirectory(path)),
    stat: (path) => guarded('stat', path, () => fs.stat(path)),
    readFile: (path, options) => guarded('readFile', path, () => fs.readFile(path, options)),
    chmod: (path, mode) => guarded('chmod', path, () => fs.chmod(path, mode)),
    freeSpace: (path) => guarded('freeSpace', path, () => fs.freeSpace(path)),
    touch: (path) => guarded('touch', path, () => fs.touch(path)),
    syncDirectory: (path) => guarded('syncDirectory', path, () => fs.syncDirectory(path)),
  }
}
