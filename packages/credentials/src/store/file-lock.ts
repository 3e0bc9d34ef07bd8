import { sleep, type AbortOptions } from '@lading/clock'
import { randomUUID } from 'node:crypto'
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { printable } from '@lading/errors'
import { CredentialError } from '../credential-error.ts'

/** It is held for milliseconds: one that is older belongs to nobody. */
const abandonedAfterMs = 10_000
const patienceMs = 20_000
const pauseMs = 25

export interface FileLock {
  /** False when somebody took it for abandoned. */
  held(): Promise<boolean>
  release(): Promise<void>
}

/**
 * Takes `<path>.lock`, an exclusive file with its owner in it; waits for whoever has it.
 *
 * @throws CredentialError `CREDENTIALS_LOCKED` after 20 seconds; what making the file throws
 */
export async function lockFile(path: string, { signal }: AbortOptions = {}): Promise<FileLock> {
  const lock = `${path}.lock`
  const owner = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() })
  for (let waitedMs = 0; !(await take(lock, owner)); waitedMs += pauseMs) {
    signal?.throwIfAborted()
    if (waitedMs > patienceMs)
      throw new CredentialError('CREDENTIALS_LOCKED', `another process is writing ${printable(path)}`, {
        path,
        hint: `if there is none, remove ${printable(lock)}`,
      })
    const seen = await readOwner(lock)
    if (await abandoned(lock, seen)) await remove(lock, seen)
    else await sleep(pauseMs, { signal })
  }
  const held = async (): Promise<boolean> => (await readOwner(lock)) === owner
  return {
    held,
    async release() {
      if (await held()) await rm(lock, { force: true })
    },
  }
}

async function take(lock: string, owner: string): Promise<boolean> {
  try {
    const file = await open(lock, 'wx', 0o600)
    try {
      await file.writeFile(owner)
    } finally {
      await file.close()
    }
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function abandoned(lock: string, owner: string | undefined): Promise<boolean> {
  const age = await stat(lock).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  )
  if (age > abandonedAfterMs) return true
  const { pid, host } = parse(owner)
  return host === hostname() && typeof pid === 'number' && !alive(pid)
}

/** Of two who found it abandoned the later one may have moved the next owner's lock aside: that goes back. */
async function remove(lock: string, abandonedOwner: string | undefined): Promise<void> {
  const aside = `${lock}.${randomUUID()}`
  try {
    await rename(lock, aside)
  } catch {
    return
  }
  if ((await readOwner(aside)) !== abandonedOwner) await link(aside, lock).catch(() => undefined)
  await rm(aside, { force: true })
}

const readOwner = (lock: string): Promise<string | undefined> => readFile(lock, 'utf8').catch(() => undefined)

function parse(owner: string | undefined): { readonly pid?: unknown; readonly host?: unknown } {
  try {
    return JSON.parse(owner ?? '') as { pid?: unknown; host?: unknown }
  } catch {
    // Not written yet, or not ours.
    return {}
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
