import { randomBytes } from 'node:crypto'
import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CliError } from '../cli-error.ts'

/**
 * Writes a file that is there whole or not at all: under another name beside it, synced, then renamed over it. What was
 * there before stays until then.
 *
 * @throws CliError `OUTPUT_FAILED` for what the file system refuses; what `fill` throws
 */
export async function writeFileAtomically(path: string, fill: Fill): Promise<void> {
  const there = await guarded(path, () => stat(path).catch(unlessAbsent))
  // A device or a pipe is written to, never replaced.
  if (there !== undefined && !there.isFile() && !there.isDirectory()) return writeThrough(path, fill)
  // Of a link, what it leads to.
  return replace(there === undefined ? path : await guarded(path, () => realpath(path)), fill)
}

type Fill = (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>

function unlessAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

async function writeThrough(path: string, fill: Fill): Promise<void> {
  const file = await guarded(path, () => open(path, 'r+'))
  try {
    await fill((bytes) => writeAll(file, path, bytes))
  } finally {
    await file.close()
  }
}

async function replace(path: string, fill: Fill): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomBytes(6).toString('hex')}.part`)
  const file = await guarded(path, () => open(temporary, 'wx', 0o666))
  try {
    try {
      await fill((bytes) => writeAll(file, path, bytes))
      await guarded(path, () => file.sync())
    } finally {
      await file.close()
    }
    await guarded(path, () => rename(temporary, path))
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

const writeAll = (file: FileHandle, path: string, bytes: Uint8Array): Promise<void> =>
  guarded(path, async () => {
    for (let rest = bytes; rest.byteLength > 0;) rest = rest.subarray((await file.write(rest)).bytesWritten)
  })

async function guarded<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException
    throw new CliError('OUTPUT_FAILED', `cannot write ${path} (${code})`, {
      path,
      cause,
      hint: code === 'ENOSPC' ? 'make room, or write elsewhere' : 'is the directory there, and may you write in it?',
    })
  }
}
