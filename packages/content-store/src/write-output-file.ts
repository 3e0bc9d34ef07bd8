import { randomBytes } from 'node:crypto'
import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { printable } from '@lading/errors'
import { ContentError } from './content-error.ts'

/** Calls what it is given with the bytes of the file, in order. */
export type Fill = (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>

/**
 * Writes a file outside of any store, one that a user named: whole or not at all. It is written under another name beside
 * it, synced, then renamed over it; what was there before stays until then. Of a symbolic link, what it leads to is
 * replaced; a device or a pipe is written through.
 *
 * @throws ContentError `OUTPUT_FAILED` for what the file system refuses; what `fill` throws
 */
export async function writeOutputFile(path: string, fill: Fill): Promise<void> {
  const there = await guarded(path, () => stat(path).catch(unlessAbsent))
  // A device or a pipe is written to, never replaced.
  if (there !== undefined && !there.isFile() && !there.isDirectory()) return writeThrough(path, fill)
  // Of a link, what it leads to.
  return replace(there === undefined ? path : await guarded(path, () => realpath(path)), fill)
}

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
    throw new ContentError('OUTPUT_FAILED', `cannot write ${printable(path)} (${code})`, {
      path,
      cause,
      hint: code === 'ENOSPC' ? 'make room, or write elsewhere' : 'is the directory there, and may you write in it?',
    })
  }
}
