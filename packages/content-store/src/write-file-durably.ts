import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { isLadingError } from '@lading/errors'
import type { FileSystem } from './file-system.ts'

const temporary = /^(.+)\.([0-9a-f]{16})\.tmp$/
const hourMs = 3_600_000

/** A path beside `path` that nobody else uses. What a killed process leaves under such names, `sweepTemporaries` removes. */
export function temporaryPath(path: string): string {
  return `${path}.${randomBytes(8).toString('hex')}.tmp`
}

/** An exclusive new file with these bytes, on the disk. On failure nothing is left of it. */
export async function writeNewFile(
  fs: FileSystem,
  path: string,
  bytes: Uint8Array,
  options: { readonly mode?: number | undefined; readonly sync?: boolean | undefined } = {},
): Promise<void> {
  const handle = await fs.open(path, 'wx', { mode: options.mode })
  try {
    try {
      await handle.write(bytes, 0)
      if (options.sync !== false) await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    await removeQuietly(fs, path)
    throw error
  }
}

interface WriteOptions {
  readonly mode?: number | undefined
  readonly alone?: boolean | undefined
  readonly before?: (() => Promise<void>) | undefined
  readonly fence?: string | undefined
  readonly syncDirectory?: (() => Promise<void>) | undefined
}

/**
 * Replaces the file at `path` as one step that survives a power cut: exclusive temporary file in the same directory,
 * write, fsync, rename, fsync of the directory. After a failure the old file is there, whole, unless it was the last
 * step that failed: then the new one is there and may not survive a power cut.
 *
 * @param options.mode of the new file, default `0o600`.
 * @param options.alone nobody else writes this file now (the caller holds the lock): what killed writers left beside it is removed first.
 * @param options.before the last look before the new file takes the old one's place; what it throws leaves the old one there.
 * @param options.fence of the lock that the caller holds: the temporary file is in it, so that nothing is renamed once the
 *   lock was taken over. `before` then says so.
 * @param options.syncDirectory makes the entry durable, in one with others say. Default: a sync of its own.
 */
export async function writeFileDurably(
  fs: FileSystem,
  path: string,
  bytes: Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  if (options.alone === true) await sweepTemporaries(fs, dirname(path), { of: basename(path), olderThanMs: 0 })
  const temp = temporaryPath(options.fence === undefined ? path : join(options.fence, basename(path)))
  /** Whoever holds the lock now has moved the fence away, or swept the file: this process stood still since its last look. */
  const tellLoss = async (error: unknown): Promise<never> => {
    if (isLadingError(error, 'NOT_FOUND')) await options.before?.()
    throw error
  }
  await writeNewFile(fs, temp, bytes, { mode: options.mode }).catch(tellLoss)
  try {
    await options.before?.()
    await fs.rename(temp, path).catch(tellLoss)
  } catch (error) {
    await removeQuietly(fs, temp)
    throw error
  }
  await (options.syncDirectory?.() ?? fs.syncDirectory(dirname(path)))
}

/** Replaces the file at `path` in one step for who reads it, and no more. */
export async function replaceFile(fs: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  const temp = temporaryPath(path)
  await writeNewFile(fs, temp, bytes, { sync: false })
  try {
    await fs.rename(temp, path)
  } catch (error) {
    await removeQuietly(fs, temp)
    throw error
  }
}

/**
 * Removes temporary files that killed processes left in `directory`. Age is told by the file system's own clock,
 * against a file made now, so that a wrong clock of this machine does not matter.
 *
 * @param options.of only those of the file with this name.
 * @param options.olderThanMs default one hour; writing one takes milliseconds.
 */
export async function sweepTemporaries(
  fs: FileSystem,
  directory: string,
  options: { readonly of?: string | undefined; readonly olderThanMs?: number | undefined } = {},
): Promise<void> {
  const { of, olderThanMs = hourMs } = options
  const found = await temporariesIn(fs, directory, of)
  if (found.length === 0) return
  const now = olderThanMs === 0 ? Number.POSITIVE_INFINITY : await fileSystemTime(fs, directory)
  for (const path of found) if (await isOldTemporary(fs, path, now, olderThanMs)) await fs.unlink(path)
}

/** Paths of the temporary files in `directory`, of all files or of the one that is called `of`. */
export async function temporariesIn(fs: FileSystem, directory: string, of?: string): Promise<readonly string[]> {
  return ((await fs.readDirectory(directory)) ?? [])
    .filter((entry) => {
      const name = temporary.exec(entry.name)
      return name !== null && entry.kind !== 'directory' && (of === undefined || name[1] === of)
    })
    .map(({ name }) => join(directory, name))
}

/** `now`: see `fileSystemTime`. `olderThanMs`: default one hour. */
export async function isOldTemporary(
  fs: FileSystem,
  path: string,
  now: number,
  olderThanMs: number = hourMs,
): Promise<boolean> {
  const stat = await fs.stat(path)
  return stat !== undefined && now - stat.modifiedMs >= olderThanMs
}

/** Now, by the clock that stamps the files of `directory`. */
async function fileSystemTime(fs: FileSystem, directory: string): Promise<number> {
  const probe = temporaryPath(join(directory, 'clock'))
  await writeNewFile(fs, probe, new Uint8Array(1), { sync: false })
  try {
    return (await fs.stat(probe))?.modifiedMs ?? 0
  } finally {
    await removeQuietly(fs, probe)
  }
}

/** The same. Where no file can be made nothing can be removed either, and this machine's clock is good enough to look. */
export async function fileSystemTimeOrOurs(fs: FileSystem, directory: string): Promise<number> {
  return fileSystemTime(fs, directory).catch((error: unknown) => {
    if (!isLadingError(error, 'PERMISSION') && !isLadingError(error, 'NOT_FOUND')) throw error
    return Date.now()
  })
}

/** For the way out of a failure, whose own error is the one to report. */
export async function removeQuietly(fs: FileSystem, path: string): Promise<void> {
  await fs.unlink(path).catch(() => false)
}
