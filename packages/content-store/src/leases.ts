import { join } from 'node:path'
import { isDigest, type Digest } from '@lading/digest'
import type { FileSystem } from './file-system.ts'
import { formatOwner, heartbeatMs, judgeOwner, letGo, newOwner, parseOwner, type Owner } from './owner.ts'
import { nodeProcesses, type ProcessTable } from './process-table.ts'
import { fileSystemTime, writeNewFile } from './write-file-durably.ts'

/** Keeps blobs from being collected while their owner lives. */
export interface Lease {
  /** Adds to what is kept. When it resolves, a collection that starts now sees it. */
  hold(digests: Iterable<Digest>): Promise<void>
  /** Idempotent. */
  release(): Promise<void>
}

export interface Leases {
  acquire(): Promise<Lease>
  /** What live owners hold. Files of dead owners are removed on the way. */
  held(): Promise<ReadonlySet<Digest>>
}

/** Far above the heartbeat: a lease whose owner cannot be looked up and that was silent for so long is void. */
const silentLeaseMs = 10 * 60_000
const leaseBytesLimit = 64 * 1024 * 1024

/**
 * Leases as files in `directory`: one line for the owner, then one digest a line, only ever appended to.
 *
 * A lease spares work and is no condition of safety (a publisher looks under the lock for what it names), so it is not
 * synced: a power cut ends its owner too.
 */
export function createLeases({
  fs,
  directory,
  processes = nodeProcesses(),
}: {
  readonly fs: FileSystem
  readonly directory: string
  readonly processes?: ProcessTable | undefined
}): Leases {
  return {
    async acquire() {
      await fs.mkdir(directory, { recursive: true })
      const owner = newOwner(processes)
      return openLease(fs, join(directory, owner.nonce), owner)
    },
    async held() {
      const digests = new Set<Digest>()
      let now: number | undefined
      for (const { name, kind } of (await fs.readDirectory(directory)) ?? []) {
        if (kind !== 'file' || !/^[0-9a-f]{16}$/.test(name)) continue
        const path = join(directory, name)
        const stat = await fs.stat(path)
        const bytes = await fs.readFile(path, { maxBytes: leaseBytesLimit })
        if (stat === undefined || bytes === undefined) continue
        const [first = '', ...lines] = new TextDecoder().decode(bytes).split('\n')
        const owner = parseOwner(first)
        const verdict = owner === undefined ? 'unknown' : judgeOwner(owner, processes)
        if (verdict === 'unknown') now ??= await fileSystemTime(fs, directory)
        if (verdict === 'dead' || (now !== undefined && now - stat.modifiedMs > silentLeaseMs)) {
          await fs.unlink(path)
          continue
        }
        for (const line of lines) if (isDigest(line)) digests.add(line)
      }
      return digests
    },
  }
}

async function openLease(fs: FileSystem, path: string, owner: Owner): Promise<Lease> {
  const ownerLine = formatOwner(owner)
  await writeNewFile(fs, path, ownerLine, { sync: false })
  const heartbeat = setInterval(() => void fs.touch(path).catch(() => {}), heartbeatMs)
  heartbeat.unref()
  const here = new Set<Digest>()
  let size = ownerLine.length
  let appended: Promise<void> = Promise.resolve()

  const append = async (digests: readonly Digest[]): Promise<void> => {
    const fresh = digests.filter((digest) => !here.has(digest))
    if (fresh.length === 0) return
    const lines = new TextEncoder().encode(fresh.map((digest) => `${digest}\n`).join(''))
    const handle = await fs.open(path, 'r+')
    try {
      await handle.write(lines, size)
    } finally {
      await handle.close()
    }
    size += lines.length
    for (const digest of fresh) here.add(digest)
  }

  return {
    hold(digests) {
      const wanted = [...digests]
      const next = appended.then(() => append(wanted))
      appended = next.catch(() => {})
      return next
    },
    async release() {
      clearInterval(heartbeat)
      await appended
      await letGo(owner, () => fs.unlink(path))
    },
  }
}
