import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import type { AbortOptions } from '@lading/clock'
import { printable } from '@lading/errors'
import { ContentError } from './content-error.ts'
import { openOutputPipe } from './output-pipe.ts'
import { keepFresh, partPath, sweepParts } from './output-parts.ts'

/** A file outside of any store, on its way. */
export interface OutputFile {
  /** What was written is not looked at any more. */
  readonly givesBack: true
  /** After what was written before. */
  write(bytes: Uint8Array): Promise<void>
  /** Takes back everything from byte `length` on. Absent of a device or a pipe. */
  readonly truncate?: ((length: number) => Promise<void>) | undefined
  /** It is whole: from now on it has its name. */
  finish(): Promise<void>
  /** It is given up, and what was there before stays. Idempotent, also after `finish`; does not reject. */
  abort(): Promise<void>
}

/**
 * Opens a file outside of any store, one that a user named, to be there whole or not at all. It is written under another
 * name beside it, and with `finish` synced and renamed over it; what was there before stays until then. Of a symbolic
 * link, what it leads to is replaced; a device or a pipe is written through, a named pipe once somebody reads it. What a
 * killed process left of the same file an hour ago is removed.
 *
 * @param options.signal ends waiting for a pipe's reader, in `write` too
 * @throws ContentError `OUTPUT_FAILED` for what the file system refuses, as its methods do; the signal's reason
 */
export async function openOutputFile(path: string, options: AbortOptions = {}): Promise<OutputFile> {
  options.signal?.throwIfAborted()
  const there = await guarded(path, () => stat(path).catch(unlessAbsent))
  // A device or a pipe is written to, never replaced.
  if (there?.isFIFO() === true) return throughPipe(path, options)
  // Said before anything is written, and not when it is to have its name.
  if (there?.isDirectory() === true) throw failed(path, Object.assign(new Error('is a directory'), { code: 'EISDIR' }))
  if (there !== undefined && !there.isFile()) return through(path)
  // Of a link, what it leads to.
  return beside(there === undefined ? path : await guarded(path, () => realpath(path)))
}

function unlessAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

async function through(path: string): Promise<OutputFile> {
  const file = await guarded(path, () => open(path, 'r+'))
  let closed = false
  const close = async (): Promise<void> => {
    if (closed) return
    closed = true
    await file.close()
  }
  return {
    givesBack: true,
    write: (bytes) => guarded(path, () => writeAll(file, bytes)),
    finish: () => guarded(path, close),
    abort: () => close().catch(() => {}),
  }
}

async function throughPipe(path: string, options: AbortOptions): Promise<OutputFile> {
  const pipe = await guarded(path, () => openOutputPipe(path, options), options)
  return {
    givesBack: true,
    write: (bytes) => guarded(path, () => pipe.write(bytes), options),
    finish: () => pipe.close(),
    abort: () => pipe.close(),
  }
}

async function beside(path: string): Promise<OutputFile> {
  const temporary = partPath(path)
  const file = await guarded(path, () => open(temporary, 'wx', 0o666))
  await sweepParts(path, temporary)
  const letAge = await guarded(path, () => keepFresh(file))
  let length = 0
  let state: 'open' | 'closed' | 'ended' = 'open'
  const close = async (): Promise<void> => {
    if (state !== 'open') return
    state = 'closed'
    letAge()
    await file.close()
  }
  return {
    givesBack: true,
    write: (bytes) =>
      guarded(path, async () => {
        await writeAll(file, bytes, length)
        length += bytes.byteLength
      }),
    truncate: (to) =>
      guarded(path, async () => {
        await file.truncate(to)
        length = to
      }),
    finish: () =>
      guarded(path, async () => {
        await file.sync()
        await close()
        await rename(temporary, path)
        state = 'ended'
      }),
    async abort() {
      if (state === 'ended') return
      await close().catch(() => {})
      state = 'ended'
      await rm(temporary, { force: true }).catch(() => {})
    },
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position?: number): Promise<void> {
  for (let at = 0; at < bytes.byteLength;) {
    const { bytesWritten } = await file.write(
      bytes,
      at,
      bytes.byteLength - at,
      position === undefined ? null : position + at,
    )
    at += bytesWritten
  }
}

async function guarded<Result>(
  path: string,
  work: () => Promise<Result>,
  { signal }: AbortOptions = {},
): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    signal?.throwIfAborted()
    throw failed(path, cause)
  }
}

function failed(path: string, cause: unknown): ContentError {
  const { code = 'unknown' } = cause as NodeJS.ErrnoException
  return new ContentError('OUTPUT_FAILED', `cannot write ${printable(path)} (${code})`, {
    path,
    cause,
    hint: hints[code] ?? 'check that the directory exists and that you can write to it',
  })
}

const hints: Readonly<Record<string, string>> = {
  EISDIR: 'it is a directory: give the name of a file in it',
  ENOSPC: 'free some space, or write elsewhere',
  EPIPE: 'whoever read it has ended before everything was written',
}
