import { dirname, join } from 'node:path'
import { tryParseDigest, type Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import type { DirectoryEntry, FileSystem } from './file-system.ts'
import { joinedSync } from './joined-sync.ts'
import { digestPath, layoutOf } from './layout.ts'
import { moveBehind } from './place.ts'
import type { OpenRecords, RecordFormat, Records } from './records.ts'
import { replaceFile, temporaryPath, writeFileDurably } from './write-file-durably.ts'

export interface RecordDirectoryOptions<Stored> extends RecordFormat<Stored> {
  readonly fs: FileSystem
  readonly directory: string
}

/** The records of a root, each kind in its directory of the layout. */
export function fileRecords({ root, fs }: { readonly root: string; readonly fs: FileSystem }): OpenRecords {
  const { images, layers, diffIds, formerDiffIds, origins } = layoutOf(root)
  const directories = { images, layers, 'diff-ids': diffIds, 'former-diff-ids': formerDiffIds, origins }
  return (kind, format) => createRecordDirectory({ fs, directory: directories[kind], ...format })
}

/**
 * Records as small files, `<directory>/<algorithm>/<hex>`. Whatever is in a record's place and is none (another kind of
 * file, unreadable, cut off, of another digest) counts as absent. Opens nothing and writes nothing by itself; the first
 * `put` makes the directory.
 */
export function createRecordDirectory<Stored>({
  fs,
  directory,
  maxBytes,
  parse,
  durable = true,
}: RecordDirectoryOptions<Stored>): Records<Stored> {
  const pathOf = (key: Digest): string => digestPath(directory, key)
  const made = new Set<string>()
  const syncs = new Map<string, () => Promise<void>>()
  /** Layers are registered many at once. */
  const syncOf = (parent: string): (() => Promise<void>) => {
    const sync = syncs.get(parent) ?? joinedSync(() => fs.syncDirectory(parent))
    syncs.set(parent, sync)
    return sync
  }

  const get = async (key: Digest): Promise<Stored | undefined> => {
    const bytes = await readRecord(fs, pathOf(key), maxBytes)
    return bytes === undefined ? undefined : parse(bytes, key)
  }

  return {
    get,
    async put(key, bytes, { assertHeld, fence } = {}) {
      const path = pathOf(key)
      const write = async (): Promise<void> => {
        // A file cannot be renamed over a directory; over everything else it can.
        if ((await fs.stat(path))?.kind === 'directory') await removeDirectory(fs, path)
        await (durable
          ? writeFileDurably(fs, path, bytes, { before: assertHeld, fence, syncDirectory: syncOf(dirname(path)) })
          : replaceFile(fs, path, bytes))
      }
      if (made.has(dirname(path))) {
        try {
          return await write()
        } catch (error) {
          // The directory that was made before went away, or something else is in its place.
          if (!isLadingError(error, 'NOT_FOUND') && !isLadingError(error, 'NOT_A_DIRECTORY')) throw error
        }
      }
      await makeDirectory(fs, [directory, dirname(path)])
      made.add(dirname(path))
      await write()
    },
    async remove(key, { assertHeld, fence } = {}) {
      const path = pathOf(key)
      if (fence !== undefined) {
        const moved = await moveBehind(fs, path, { fence, assertHeld })
        // Nobody wants a record back, and trash is what it counts as until then.
        if (moved !== undefined) await fs.removeTree(moved).catch(() => {})
        return moved !== undefined
      }
      await assertHeld?.()
      try {
        return await fs.unlink(path)
      } catch (error) {
        // What systems say of an unlinked directory differs.
        if ((await fs.stat(path))?.kind !== 'directory') throw error
        await removeDirectory(fs, path)
        return true
      }
    },
    async *list() {
      for (const key of await keysIn(fs, directory)) {
        const stored = await get(key)
        if (stored !== undefined) yield stored
      }
    },
  }
}

/** And not the record that another process has put there since somebody looked. */
async function removeDirectory(fs: FileSystem, path: string): Promise<void> {
  const aside = temporaryPath(path)
  try {
    await fs.moveDirectory(path, aside)
  } catch (error) {
    if (isLadingError(error, 'NOT_FOUND') || isLadingError(error, 'NOT_A_DIRECTORY')) return
    throw error
  }
  await fs.removeTree(aside)
}

async function readRecord(fs: FileSystem, path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  try {
    return await fs.readFile(path, { maxBytes })
  } catch (error) {
    if (isLadingError(error, 'TOO_LARGE') || isLadingError(error, 'NOT_A_FILE') || isLadingError(error, 'IO_ERROR'))
      return undefined
    // Either this file may not be read, and is as good as none; or its directory may not be entered, and `stat` says so.
    if (isLadingError(error, 'PERMISSION')) {
      await fs.stat(path)
      return undefined
    }
    throw error
  }
}

/** The last of `directories` and what is above it. What is in the way of one of them and is no directory goes. */
async function makeDirectory(fs: FileSystem, directories: readonly [string, string]): Promise<void> {
  const [, path] = directories
  try {
    await fs.mkdir(path, { recursive: true })
  } catch (error) {
    if (!isLadingError(error, 'EXISTS') && !isLadingError(error, 'NOT_A_DIRECTORY')) throw error
    for (const each of directories) {
      const found = await fs.stat(each)
      if (found !== undefined && found.kind !== 'directory') await fs.unlink(each)
    }
    await fs.mkdir(path, { recursive: true })
  }
}

async function keysIn(fs: FileSystem, directory: string): Promise<readonly Digest[]> {
  const found: Digest[] = []
  for (const algorithm of await entriesOf(fs, directory)) {
    if (algorithm.kind !== 'directory') continue
    for (const file of await entriesOf(fs, join(directory, algorithm.name))) {
      // Temporary files and what others put here have no digest's name.
      const key = tryParseDigest(`${algorithm.name}:${file.name}`)
      if (key !== undefined && file.kind === 'file') found.push(key)
    }
  }
  return found.toSorted()
}

/** None where no directory is. */
export async function entriesOf(fs: FileSystem, directory: string): Promise<readonly DirectoryEntry[]> {
  try {
    return (await fs.readDirectory(directory)) ?? []
  } catch (error) {
    if (isLadingError(error, 'NOT_A_DIRECTORY')) return []
    throw error
  }
}
