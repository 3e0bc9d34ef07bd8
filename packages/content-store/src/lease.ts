import { join } from 'node:path'
import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import type { FileSystem } from './file-system.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { formatOwner, heartbeatMs, letGo, newOwner, type Owner } from './owner.ts'
import type { ProcessTable } from './process-table.ts'
import { removeQuietly, writeNewFile } from './write-file-durably.ts'

/** Keeps blobs from being collected while their owner lives. */
export interface Lease {
  /**
   * Adds to what is kept. When it resolves, a collection that starts now sees all that was ever held: a lease that was
   * lost, as happens to a process that stood still for long, is taken again.
   */
  hold(digests: Iterable<Digest>): Promise<void>
  /** Idempotent. From then on nothing is kept, and `hold` does nothing. */
  release(): Promise<void>
}

interface LeaseFile {
  readonly owner: Owner
  readonly path: string
  /** What is in it, in bytes. */
  size: number
}

/** A lease of this process: a file in `directory`, touched while it is held. */
export async function openLease(fs: FileSystem, directory: string, processes: ProcessTable): Promise<Lease> {
  const held = new Set<Digest>()
  let file = await create()
  let released = false
  const alone = oneAtATime()
  const heartbeat = setInterval(() => void alone(beat).catch(() => {}), heartbeatMs)
  heartbeat.unref()

  async function create(): Promise<LeaseFile> {
    await fs.mkdir(directory, { recursive: true })
    const owner = newOwner(processes)
    const bytes = Buffer.concat([formatOwner(owner), linesOf(held)])
    const path = join(directory, owner.nonce)
    await writeNewFile(fs, path, bytes, { sync: false })
    return { owner, path, size: bytes.length }
  }

  async function isThere(): Promise<boolean> {
    const found = await fs.stat(file.path)
    return found?.kind === 'file' && found.size >= file.size
  }

  /** Under another name: what is in the old one's place, if anything is, is not ours. */
  async function renew(): Promise<void> {
    const lost = file.path
    file = await create()
    await removeQuietly(fs, lost)
  }

  async function beat(): Promise<void> {
    if (released) return
    if (await isThere()) await fs.touch(file.path)
    else await renew()
  }

  async function append(fresh: readonly Digest[]): Promise<void> {
    if (fresh.length === 0) return
    const lines = linesOf(fresh)
    const handle = await fs.open(file.path, 'r+')
    try {
      await handle.write(lines, file.size)
    } finally {
      await handle.close()
    }
    file.size += lines.length
    for (const digest of fresh) held.add(digest)
  }

  return {
    hold(digests) {
      const wanted = [...digests]
      return alone(async () => {
        if (released) return
        const fresh = wanted.filter((digest) => !held.has(digest))
        if (!(await isThere())) await renew()
        try {
          await append(fresh)
        } catch (error) {
          // It went between the look and the writing.
          if (!isLadingError(error, 'NOT_FOUND') && !isLadingError(error, 'NOT_A_FILE')) throw error
          await renew()
          await append(fresh)
        }
      })
    },
    release() {
      clearInterval(heartbeat)
      return alone(async () => {
        if (released) return
        released = true
        await letGo(fs, { path: file.path, owner: file.owner, isOurs: isThere })
      })
    },
  }
}

const linesOf = (digests: Iterable<Digest>): Uint8Array =>
  new TextEncoder().encode(Array.from(digests, (digest) => `${digest}\n`).join(''))
