import type { AbortOptions } from '@lading/clock'
import { randomUUID } from 'node:crypto'
import { mkdir, open, realpath, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { printable } from '@lading/errors'
import { readBounded } from '../config/read-bounded.ts'
import { CredentialError } from '../credential-error.ts'
import { lockFile, type FileLock } from './file-lock.ts'

const mostTries = 5

/**
 * Changes a file of secrets: read, changed, written beside it with mode 0600, synced, renamed over it. Behind a symbolic
 * link the file itself is replaced. Others who do so through this function wait; whoever wrote in between by other
 * means makes it start again, so that nobody's change is lost.
 *
 * @param change gets the text, empty for a file that is not there; the same text means: nothing to do
 * @throws CredentialError `CREDENTIALS_NOT_WRITTEN`, `CREDENTIALS_LOCKED`; what reading and `change` throw
 */
export async function rewriteFile(
  path: string,
  change: (text: string) => string,
  { signal }: AbortOptions = {},
): Promise<void> {
  const failed = (cause: unknown): never => {
    if (cause instanceof CredentialError) throw cause
    signal?.throwIfAborted()
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new CredentialError('CREDENTIALS_NOT_WRITTEN', `cannot write ${printable(path)}: ${code}`, {
      path,
      cause,
      hint: 'check that the directory is writable and the disk is not full; the file was not changed',
    })
  }
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const target = await realpath(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return path
      throw error
    })
    const lock = await lockFile(target, { signal })
    try {
      for (let attempt = 1; !(await attemptOnce(target, change, lock, { signal })); attempt++) {
        if (attempt === mostTries)
          throw new CredentialError('CREDENTIALS_LOCKED', `${printable(path)} keeps changing while it is written`, {
            path,
            hint: 'find out which other program writes it',
          })
      }
    } finally {
      await lock.release()
    }
  } catch (cause) {
    failed(cause)
  }
}

async function attemptOnce(
  target: string,
  change: (text: string) => string,
  lock: FileLock,
  { signal }: AbortOptions,
): Promise<boolean> {
  const before = (await readBounded(target, { signal }))?.text ?? ''
  const after = change(before)
  if (after === before) return true
  const beside = `${target}.${randomUUID()}.tmp`
  try {
    const file = await open(beside, 'wx', 0o600)
    try {
      await file.writeFile(after)
      await file.sync()
    } finally {
      await file.close()
    }
    // The last look before the rename: another program knows nothing of our lock.
    const now = (await readBounded(target, { signal }))?.text ?? ''
    if (now !== before || !(await lock.held())) return false
    await rename(beside, target)
    return true
  } finally {
    await rm(beside, { force: true })
  }
}
