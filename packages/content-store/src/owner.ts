import { randomBytes } from 'node:crypto'
import type { FileSystem } from './file-system.ts'
import type { FoundProcess, ProcessIdentity, ProcessTable } from './process-table.ts'

/** Who holds a lock, an ingest or a lease. */
export interface Owner extends ProcessIdentity {
  /** Different for each thing held. */
  readonly nonce: string
}

/** An owner file is a few hundred bytes. */
export const ownerBytesLimit: number = 64 * 1024
/** How often a holder touches its owner file. */
export const heartbeatMs: number = 5_000
/** How long an owner whose process we cannot see may leave its file untouched, by our monotonic clock, before it counts as dead. */
export const silenceMs: number = 20_000

export function newOwner(processes: ProcessTable): Owner {
  return { ...processes.self(), nonce: randomBytes(8).toString('hex') }
}

// Owner files of this living process that could not be removed. Without this nobody here could inherit those that could not be written to either.
const disowned = new Set<string>()

/**
 * Lets go of a thing by removing its owner file; one failure of the disk in between is forgiven. A file that cannot be
 * removed is made that of a process that is gone, so that nobody waits until this one ends.
 *
 * @param held.isOurs whether what is at the path is still the owner file of `owner`
 * @throws why it could not be removed, when it could not be written to either
 */
export async function letGo(
  fs: FileSystem,
  held: { readonly path: string; readonly owner: Owner; readonly isOurs: () => Promise<boolean> },
): Promise<void> {
  const { path, owner, isOurs } = held
  const remove = async (): Promise<void> => {
    if (await isOurs()) await fs.unlink(path)
  }
  try {
    await remove().catch(remove)
  } catch (error) {
    disowned.add(owner.nonce)
    try {
      if (await isOurs()) await disown(fs, path, owner)
    } catch {
      throw error
    }
  }
}

/** In place: what keeps a file from being removed keeps it from being replaced. */
async function disown(fs: FileSystem, path: string, owner: Owner): Promise<void> {
  // No process began with the system; whoever looks up ours finds another.
  const line = formatOwner({ ...owner, started: '0' })
  const handle = await fs.open(path, 'r+')
  try {
    await handle.write(line, 0)
    await handle.truncate(line.length)
  } finally {
    await handle.close()
  }
}

/** One line of JSON. */
export function formatOwner(owner: Owner): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(owner)}\n`)
}

const isText = (field: unknown): field is string | undefined => field === undefined || typeof field === 'string'

/** `undefined`: not an owner line, or one that a crash cut off. */
export function parseOwner(line: string): Owner | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { pid, started, boot, pidNamespace, host, nonce } = value as Record<string, unknown>
  if (!Number.isSafeInteger(pid) || (pid as number) <= 0) return undefined
  // The nonce becomes part of a file name.
  if (typeof nonce !== 'string' || !/^[0-9a-f]{16}$/.test(nonce)) return undefined
  if (typeof host !== 'string' || !isText(started) || !isText(boot) || !isText(pidNamespace)) return undefined
  return { pid: pid as number, started, boot, pidNamespace, host, nonce }
}

/** `stopped`: alive, and doing nothing until somebody lets it go on. */
export type Verdict = 'alive' | 'stopped' | 'dead' | 'unknown'

/**
 * Whether the process behind an owner file still runs. `unknown`: it is of another boot or host, of a pid namespace into
 * which this process does not see, or this system cannot tell a process from a later one with the same pid; then only its
 * heartbeat says something.
 *
 * @param touchedMs when the file was last written or touched, in milliseconds since 1970
 */
export function judgeOwner(owner: Owner, processes: ProcessTable, touchedMs?: number): Verdict {
  if (disowned.has(owner.nonce)) return 'dead'
  const self = processes.self()
  if (!isOfThisBoot(owner, processes)) return endedWithItsBoot(owner, processes, touchedMs) ? 'dead' : 'unknown'
  if (owner.pidNamespace !== self.pidNamespace) {
    if (processes.findIn === undefined || owner.started === undefined) return 'unknown'
    const elsewhere = processes.findIn(owner.pid, owner.started)
    if (elsewhere === 'unseen') return 'unknown'
    return elsewhere === undefined ? 'dead' : aliveAs(elsewhere)
  }
  const found = processes.find(owner.pid)
  if (found === undefined) return 'dead'
  if (owner.pid === self.pid && owner.started === self.started) return 'alive'
  if (owner.started === undefined || found.started === undefined) return 'unknown'
  return owner.started === found.started ? aliveAs(found) : 'dead'
}

/** Whether it runs, or ran, on the kernel that this process runs on. */
export function isOfThisBoot({ boot, host }: Owner, processes: ProcessTable): boolean {
  const self = processes.self()
  // A boot id is of one kernel. Where systems have none, the host has to do.
  return boot === self.boot && (boot !== undefined || host === self.host)
}

const aliveAs = ({ stopped = false }: FoundProcess): Verdict => (stopped ? 'stopped' : 'alive')

/** It ran on this machine before it was booted, and has not been heard of since. */
function endedWithItsBoot({ host, boot }: Owner, processes: ProcessTable, touchedMs = Infinity): boolean {
  const self = processes.self()
  if (host !== self.host || boot === undefined || self.boot === undefined) return false
  return touchedMs < (processes.bootedMs?.() ?? 0)
}
