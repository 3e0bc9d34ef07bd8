import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CliError } from '../cli-error.ts'

/**
 * Writes a file that is there whole or not at all: under another name beside it, synced, then renamed over it. What was
 * there before stays until then.
 *
 * @throws CliError `OUTPUT_FAILED` for what the file system refuses; what `fill` throws
 */
export async function writeFileAtomically(path: string, fill: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomBytes(6).toString('hex')}.part`)
  const file = await guarded(path, () => open(temporary, 'wx', 0o666))
  try {
    try {
      await fill((bytes) =>
        guarded(path, async () => {
          for (let rest = bytes; rest.byteLength > 0; ) rest = rest.subarray((await file.write(rest)).bytesWritten)
        }),
      )
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

async function guarded<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException
    throw new CliError('OUTPUT_FAILED', `cannot write ${path} (${code})`, { path, cause, hint: code === 'ENOSPC' ? 'make room, or write elsewhere' : 'is the directory there, and may you write in it?' })
  }
}
