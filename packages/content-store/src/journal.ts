import type { FileSystem } from './file-system.ts'
import { removeQuietly, temporaryPath, writeNewFile } from './write-file-durably.ts'

/** What is known of the bytes in an ingest's `data`, beside the bytes. */
export interface Journal {
  /** This many bytes of `data` were on the disk, not only in its cache. */
  readonly synced: number
  /** The boot during which `data` was written: within it a longer file is whole, since only a power cut loses caches. */
  readonly boot?: string | undefined
  readonly validator?: string | undefined
  readonly source?: string | undefined
  /** Another one whenever bytes that were in `data` count no more. Without one, nobody else reads `data` while it grows. */
  readonly generation?: string | undefined
}

const bytesLimit = 64 * 1024
const optionalText = (value: unknown): value is string | undefined => value === undefined || typeof value === 'string'

/** `undefined`: none, or none that can be read; then nothing is known of the bytes. */
export async function readJournal(fs: FileSystem, path: string): Promise<Journal | undefined> {
  const bytes = await fs.readFile(path, { maxBytes: bytesLimit }).catch(() => undefined)
  if (bytes === undefined) return undefined
  try {
    const text = new TextDecoder().decode(bytes)
    const { synced, boot, validator, source, generation } = JSON.parse(text) as Record<string, unknown>
    if (!Number.isSafeInteger(synced) || (synced as number) < 0) return undefined
    if (![boot, validator, source, generation].every(optionalText)) return undefined
    return { synced, boot, validator, source, generation } as Journal
  } catch {
    return undefined
  }
}

/** Replaces it in one step. Not synced: a lost journal costs a download from the start, never a wrong blob. */
export async function writeJournal(fs: FileSystem, path: string, journal: Journal): Promise<void> {
  const temp = temporaryPath(path)
  await writeNewFile(fs, temp, new TextEncoder().encode(`${JSON.stringify(journal)}\n`), { sync: false })
  try {
    await fs.rename(temp, path)
  } catch (error) {
    await removeQuietly(fs, temp)
    throw error
  }
}

/** How many bytes of a `data` file of this length are there, as far as anyone can know before the digest is computed. */
export function trustedLength(journal: Journal | undefined, length: number, boot: string | undefined): number {
  if (journal === undefined) return 0
  return journal.boot === boot ? length : Math.min(journal.synced, length)
}
