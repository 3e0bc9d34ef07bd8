import { performance } from 'node:perf_hooks'
import { basename, dirname, join } from 'node:path'
import { isLadingError } from '@lading/errors'
import type { FileSystem } from './file-system.ts'
import {
  formatOwner,
  heartbeatMs,
  judgeOwner,
  letGo,
  newOwner,
  ownerBytesLimit,
  parseOwner,
  silenceMs,
  type Owner,
} from './owner.ts'
import type { ProcessTable } from './process-table.ts'
import type { Holder } from './waiting.ts'
import { removeQuietly, writeNewFile } from './write-file-durably.ts'

/** An owner file that is ours: the right to something, until `release`. */
export interface Claim {
  readonly owner: Owner
  /** False after somebody took it over, which happens only when this process was taken for dead. */
  readonly holds: () => Promise<boolean>
  readonly release: () => Promise<void>
}

/** What a waiter remembers of the owner that it waits for. */
export interface Observation {
  /** Who was in the way at the last attempt. */
  holder?: Holder | undefined
  /** When the owner last gave a sign of life. */
  seen?: { readonly id: string; readonly modifiedMs: number; readonly sinceMs: number } | undefined
}

export interface ClaimOptions {
  readonly fs: FileSystem
  /** The owner file. Its directory must exist. */
  readonly path: string
  readonly processes: ProcessTable
  readonly observation: Observation
}

interface Found {
  readonly id: string
  readonly modifiedMs: number
  readonly owner: Owner | undefined
}

/**
 * Tries once to become the owner. `undefined`: somebody else is.
 *
 * The file appears with its content in one step (`link`), so a killed process never leaves a lock that nobody can
 * judge. A dead owner is replaced by `rename`, by the one process that holds the claim named after the dead owner's
 * nonce: two that saw the same corpse cannot both inherit, and one that comes late finds another nonce and goes back.
 */
export async function tryClaim(options: ClaimOptions): Promise<Claim | undefined> {
  const found = await look(options)
  options.observation.holder = undefined
  if (found !== undefined && !isDead(found, options)) return undefined
  const owner = newOwner(options.processes)
  const temp = join(dirname(options.path), `${rootName(options.path)}.${owner.nonce}.tmp`)
  await writeNewFile(options.fs, temp, formatOwner(owner), { sync: false })
  try {
    const ours = found === undefined ? await appear(options, temp, owner) : await inherit(options, temp, found)
    return ours ? claimOf(options, owner) : undefined
  } finally {
    await removeQuietly(options.fs, temp)
  }
}

/** Who holds a claim and lives, as far as can be seen from here: `undefined` is nobody, or one that is dead. */
export async function livingHolder(options: ClaimOptions): Promise<Holder | undefined> {
  const found = await look(options)
  return found === undefined || isDead(found, options) ? undefined : options.observation.holder
}

async function appear({ fs, path }: ClaimOptions, temp: string, owner: Owner): Promise<boolean> {
  try {
    await fs.link(temp, path)
    return true
  } catch (error) {
    if (isLadingError(error, 'EXISTS')) return false
    if (!isLadingError(error, 'PERMISSION') && !isLadingError(error, 'IO_ERROR')) throw error
  }
  // No hard links here. Between create and write a crash leaves an empty file, which silence declares dead.
  try {
    await writeNewFile(fs, path, formatOwner(owner), { sync: false })
    return true
  } catch (error) {
    if (isLadingError(error, 'EXISTS')) return false
    throw error
  }
}

async function inherit(options: ClaimOptions, temp: string, dead: Found): Promise<boolean> {
  const { fs, path } = options
  const marker = await tryClaim({
    ...options,
    path: join(dirname(path), `${rootName(path)}.${dead.id}`),
    observation: {},
  })
  if (marker === undefined) return false
  try {
    if ((await look(options))?.id !== dead.id) return false
    await fs.rename(temp, path)
  } finally {
    await marker.release()
  }
  await sweep(options)
  return true
}

/** While we hold `path` with a new nonce, claims named after any other nonce decide nothing any more. */
async function sweep({ fs, path, processes }: ClaimOptions): Promise<void> {
  const directory = dirname(path)
  const prefix = `${rootName(path)}.`
  for (const { name } of (await fs.readDirectory(directory)) ?? []) {
    if (!name.startsWith(prefix) || !/^[0-9a-f]{16}(\.tmp)?$/.test(name.slice(prefix.length))) continue
    const found = await look({ fs, path: join(directory, name) })
    if (found?.owner !== undefined && judgeOwner(found.owner, processes, found.modifiedMs) === 'dead')
      await removeQuietly(fs, join(directory, name))
  }
}

/** `lock` for `lock` and for `lock.0123456789abcdef`, so that names do not grow with each generation of heirs. */
function rootName(path: string): string {
  return basename(path).replace(/\.[0-9a-f]{16}$/, '')
}

async function look({ fs, path }: Pick<ClaimOptions, 'fs' | 'path'>): Promise<Found | undefined> {
  const stat = await fs.stat(path)
  if (stat === undefined) return undefined
  const bytes = await fs.readFile(path, { maxBytes: ownerBytesLimit })
  if (bytes === undefined) return undefined
  const owner = ownerIn(bytes)
  return {
    id: owner?.nonce ?? BigInt.asUintN(64, stat.inode).toString(16).padStart(16, '0'),
    modifiedMs: stat.modifiedMs,
    owner,
  }
}

const ownerIn = (bytes: Uint8Array): Owner | undefined => parseOwner(new TextDecoder().decode(bytes))

function isDead(found: Found, { processes, observation }: ClaimOptions): boolean {
  const { id, modifiedMs, owner } = found
  const verdict = owner === undefined ? 'unknown' : judgeOwner(owner, processes, modifiedMs)
  if (verdict === 'dead') return true
  const { seen } = observation
  if (seen === undefined || seen.id !== id || seen.modifiedMs !== modifiedMs)
    observation.seen = { id, modifiedMs, sinceMs: performance.now() }
  const silentMs = performance.now() - (observation.seen?.sinceMs ?? 0)
  observation.holder = { id, owner, verdict, silentMs }
  return verdict === 'unknown' && silentMs >= silenceMs
}

function claimOf({ fs, path }: ClaimOptions, owner: Owner): Claim {
  const holds = async (): Promise<boolean> => {
    const bytes = await fs.readFile(path, { maxBytes: ownerBytesLimit })
    return bytes !== undefined && ownerIn(bytes)?.nonce === owner.nonce
  }
  const heartbeat = setInterval(() => void fs.touch(path).catch(() => {}), heartbeatMs)
  heartbeat.unref()
  return {
    owner,
    holds,
    async release() {
      clearInterval(heartbeat)
      await letGo(fs, { path, owner, isOurs: holds })
    },
  }
}
