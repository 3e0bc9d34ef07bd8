import { join } from 'node:path'
import { isDigest, type Digest } from '@lading/digest'
import type { FileSystem } from './file-system.ts'
import { openLease, type Lease } from './lease.ts'
import { judgeOwner, parseOwner } from './owner.ts'
import { nodeProcesses, type ProcessTable } from './process-table.ts'
import { fileSystemTimeOrOurs, removeQuietly } from './write-file-durably.ts'

export interface Leases {
  acquire(): Promise<Lease>
  /** What owners hold that live, or are still heard of. Files of dead owners are removed on the way. */
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
    acquire: () => openLease(fs, directory, processes),
    async held() {
      const digests = new Set<Digest>()
      let started: number | undefined
      /** By its age when this collection began: one that is touched meanwhile is not silent. */
      const isSilent = async (path: string): Promise<boolean> => {
        started ??= await fileSystemTimeOrOurs(fs, directory)
        const stat = await fs.stat(path)
        return stat !== undefined && started - stat.modifiedMs > silentLeaseMs
      }
      for (const { name, kind } of (await fs.readDirectory(directory)) ?? []) {
        if (kind !== 'file' || !/^[0-9a-f]{16}$/.test(name)) continue
        const path = join(directory, name)
        const bytes = await fs.readFile(path, { maxBytes: leaseBytesLimit })
        if (bytes === undefined) continue
        const [first = '', ...lines] = new TextDecoder().decode(bytes).split('\n')
        const owner = parseOwner(first)
        const verdict = owner === undefined ? 'unknown' : judgeOwner(owner, processes)
        // Only who cannot be looked up is judged by silence: a process that lives may sleep as long as it likes.
        if (verdict === 'dead' || (verdict === 'unknown' && (await isSilent(path)))) await removeQuietly(fs, path)
        else for (const line of lines) if (isDigest(line)) digests.add(line)
      }
      return digests
    },
  }
}
