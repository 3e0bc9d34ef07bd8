import type { Digest } from '@lading/digest'
import { algorithmOf } from '@lading/digest'
import { createHasher, type Hasher } from '@lading/digest/hash'
import type { FileHandle, FileSystem } from './file-system.ts'
import type { IngestDirectory } from './ingest-directory.ts'
import { readJournal, trustedLength, type Journal } from './journal.ts'

/** An ingest's file, opened, with the hash of what is in it. */
export interface OpenData {
  readonly handle: FileHandle
  readonly hasher: Hasher
  readonly length: number
  readonly journal: Journal | undefined
}

const readBytes = 1024 * 1024

/**
 * Opens `data` for going on where it ends. What cannot be trusted or is too long is cut off; the rest is hashed again,
 * a step at a time, so that other work of this thread goes on.
 */
export async function openData(
  fs: FileSystem,
  directory: IngestDirectory,
  blob: { readonly digest: Digest; readonly size: number },
  options: {
    readonly boot: string | undefined
    /** Nothing of it is trusted. */
    readonly fresh: boolean
    readonly signal: AbortSignal | undefined
  },
): Promise<OpenData> {
  const { data, journal: journalPath } = directory.files
  let found = await fs.stat(data)
  if (found !== undefined && found.kind !== 'file') {
    await fs.removeTree(data)
    found = undefined
  }
  const hasher = createHasher(algorithmOf(blob.digest))
  // Read only while it is written: what a killed commit left read-only is made writable again.
  if (found !== undefined && (found.mode & 0o200) === 0) await fs.chmod(data, 0o600)
  const handle = await fs.open(data, found === undefined ? 'wx' : 'r+')
  try {
    if (found === undefined) return { handle, hasher, length: 0, journal: undefined }
    const journal = await readJournal(fs, journalPath)
    const trusted = options.fresh ? 0 : trustedLength(journal, found.size, options.boot)
    const length = trusted > blob.size ? 0 : await hashPrefix(handle, hasher, trusted, options.signal)
    if (length === found.size) return { handle, hasher, length, journal: length === 0 ? undefined : journal }
    await handle.truncate(length)
    // Whoever has read what was cut off must see that it counts no more.
    return {
      handle,
      hasher,
      length,
      journal: length === 0 ? undefined : journal && { ...journal, generation: undefined },
    }
  } catch (error) {
    await handle.close().catch(() => {})
    throw error
  }
}

/** How many of the `length` bytes were there. */
async function hashPrefix(
  handle: FileHandle,
  hasher: Hasher,
  length: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const buffer = new Uint8Array(Math.min(length, readBytes))
  let at = 0
  while (at < length) {
    signal?.throwIfAborted()
    const count = await handle.read(buffer.subarray(0, Math.min(buffer.length, length - at)), at)
    if (count === 0) break
    hasher.update(buffer.subarray(0, count))
    at += count
  }
  return at
}
