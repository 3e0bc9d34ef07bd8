import { basename, dirname, join } from 'node:path'
import { isLadingError } from '@lading/errors'
import type { Claim } from './claim.ts'
import type { FileSystem } from './file-system.ts'
import { moveInto } from './place.ts'
import { entriesOf } from './record-directory.ts'

interface FenceOptions {
  readonly fs: FileSystem
  /** Of the lock. */
  readonly path: string
  /** Where what was moved into a fence goes when it comes down. Default: it is removed. */
  readonly trash?: string | undefined
}

/** A directory of one holder of a lock, which stands until the next one begins. */
export interface Fence {
  readonly path: string
  stands(): Promise<boolean>
  /** When the holder is done, before the lock is let go. */
  lower(): Promise<void>
}

/**
 * Makes the directory that a holder's last steps go through: what it renames into it or out of it is renamed while the
 * lock is its own, whatever happened between its last look and that step, since whoever takes the lock over moves the
 * directory away before it looks at anything. All that the kernel has to keep for that is a rename below a path that is gone.
 *
 * Made when the lock is ours and before another look at it; so one that was made too late is never used.
 *
 * @returns `undefined`: the lock was taken over meanwhile
 */
export async function raiseFence(options: FenceOptions, claim: Claim): Promise<Fence | undefined> {
  const { fs, path: lock } = options
  const path = `${lock}.${claim.owner.nonce}.fence`
  const stands = async (): Promise<boolean> => (await fs.stat(path))?.kind === 'directory'
  await fs.mkdir(path)
  try {
    if (!(await claim.holds()) || !(await fell(options, path))) {
      await remove(fs, path)
      return undefined
    }
  } catch (error) {
    await remove(fs, path)
    throw error
  }
  return { path, stands, lower: () => lower(options, path) }
}

/** Every other one, into ours: so nobody whose own was felled fells another's. `false`: ours was. */
async function fell({ fs, path: lock }: FenceOptions, own: string): Promise<boolean> {
  for (const path of await fencesOf(fs, lock)) {
    if (path === own) continue
    try {
      await fs.rename(path, join(own, basename(path)))
    } catch (error) {
      if (!isLadingError(error, 'NOT_FOUND')) throw error
      if ((await fs.stat(own)) === undefined) return false
    }
  }
  return true
}

/** Those of holders, of the one at work and of those who were killed or stood still. */
export async function fencesOf(fs: FileSystem, lock: string): Promise<readonly string[]> {
  const prefix = `${basename(lock)}.`
  return (await entriesOf(fs, dirname(lock)))
    .filter(({ name }) => name.startsWith(prefix) && /^[0-9a-f]{16}\.fence$/.test(name.slice(prefix.length)))
    .map(({ name }) => join(dirname(lock), name))
}

async function lower({ fs, trash }: FenceOptions, path: string): Promise<void> {
  try {
    const isEmpty = ((await fs.readDirectory(path)) ?? []).length === 0
    if (trash === undefined || isEmpty) await remove(fs, path)
    else await moveInto(fs, trash, path)
  } catch {
    // The next holder fells it.
  }
}

const remove = (fs: FileSystem, path: string): Promise<void> => fs.removeTree(path).catch(() => {})
