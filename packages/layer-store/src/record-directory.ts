import { dirname, join } from 'node:path'
import { writeFileDurably, type FileSystem } from '@lading/content-store'
import { algorithmOf, hexOf, tryParseDigest, type Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { recordLimit } from './layer-record.ts'

/** Small files under the names of digests: `<directory>/<algorithm>/<hex>`. */
export interface RecordDirectory<Stored> {
  /** `undefined`: not there, or nothing that can be read as one. */
  get(key: Digest): Promise<Stored | undefined>
  put(key: Digest, bytes: Uint8Array): Promise<void>
  /** `false`: was not there. */
  remove(key: Digest): Promise<boolean>
  /** In order of algorithm and hex digits. */
  keys(): Promise<readonly Digest[]>
}

export function recordDirectory<Stored>(
  fs: FileSystem,
  directory: string,
  parse: (bytes: Uint8Array, key: Digest) => Stored | undefined,
): RecordDirectory<Stored> {
  const pathOf = (key: Digest): string => join(directory, algorithmOf(key), hexOf(key))
  return {
    async get(key) {
      const bytes = await readRecord(fs, pathOf(key))
      return bytes === undefined ? undefined : parse(bytes, key)
    },
    async put(key, bytes) {
      const path = pathOf(key)
      await fs.mkdir(dirname(path), { recursive: true })
      await replaceable(fs, path)
      await writeFileDurably(fs, path, bytes)
    },
    remove: async (key) => await fs.unlink(pathOf(key)),
    async keys() {
      const found: Digest[] = []
      for (const algorithm of (await fs.readDirectory(directory)) ?? []) {
        if (algorithm.kind !== 'directory') continue
        for (const file of (await fs.readDirectory(join(directory, algorithm.name))) ?? []) {
          // Temporary files and what others put here have no digest's name.
          const key = tryParseDigest(`${algorithm.name}:${file.name}`)
          if (key !== undefined && file.kind === 'file') found.push(key)
        }
      }
      return found.toSorted()
    },
  }
}

/** A file cannot be renamed over a directory: what is in a record's place and is no file goes. */
async function replaceable(fs: FileSystem, path: string): Promise<void> {
  if ((await fs.stat(path))?.kind === 'directory') await fs.removeTree(path)
}

/** What cannot be read as a file of a sane size is no record, and is replaced by the next one; a directory that may not be read is an error. */
async function readRecord(fs: FileSystem, path: string): Promise<Uint8Array | undefined> {
  try {
    return await fs.readFile(path, { maxBytes: recordLimit })
  } catch (error) {
    if (isLadingError(error, 'TOO_LARGE') || isLadingError(error, 'NOT_A_FILE') || isLadingError(error, 'IO_ERROR'))
      return undefined
    throw error
  }
}
