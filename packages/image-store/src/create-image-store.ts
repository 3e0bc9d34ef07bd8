import { dirname, join } from 'node:path'
import { writeFileDurably, type FileSystem } from '@lading/content-store'
import { algorithmOf, hexOf, tryParseDigest, type Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { formatRecord, joinRecords, parseRecord, recordLimit } from './image-record.ts'
import type { ImageRecord, ImageStore } from './image-store.ts'
import { searchDigests } from './search-digests.ts'

export interface ImageStoreOptions {
  /** The store's root; records are in `lading/images/<algorithm>/<hex>` below it. */
  readonly root: string
  readonly fs: FileSystem
}

/** Image records as files. Writers hold the store's lock; readers need none. */
export function createImageStore({ root, fs }: ImageStoreOptions): ImageStore {
  const directory = join(root, 'lading', 'images')
  const pathOf = (id: Digest): string => join(directory, algorithmOf(id), hexOf(id))

  const get = async (id: Digest): Promise<ImageRecord | undefined> => {
    const bytes = await readRecord(fs, pathOf(id))
    return bytes === undefined ? undefined : parseRecord(bytes, id)
  }

  const ids = async (): Promise<Digest[]> => {
    const found: Digest[] = []
    for (const algorithm of (await fs.readDirectory(directory)) ?? []) {
      if (algorithm.kind !== 'directory') continue
      for (const file of (await fs.readDirectory(join(directory, algorithm.name))) ?? []) {
        // Temporary files and what others put here have no digest's name.
        const id = tryParseDigest(`${algorithm.name}:${file.name}`)
        if (id !== undefined && file.kind === 'file') found.push(id)
      }
    }
    return found.toSorted()
  }

  async function* list(): AsyncGenerator<ImageRecord> {
    for (const id of await ids()) {
      const record = await get(id)
      if (record !== undefined) yield record
    }
  }

  return {
    async create(record) {
      const { digest } = record.config
      const older = await get(digest)
      const written = older === undefined ? record : joinRecords(older, record)
      const bytes = formatRecord(written)
      if (older !== undefined && Buffer.compare(bytes, formatRecord(older)) === 0) return older
      const path = pathOf(digest)
      await fs.mkdir(dirname(path), { recursive: true })
      await writeFileDurably(fs, path, bytes)
      return written
    },
    get,
    list,
    async search(term) {
      const known: Digest[] = []
      for await (const record of list()) known.push(record.config.digest)
      return searchDigests(known, term)
    },
    delete: (id) => fs.unlink(pathOf(id)),
  }
}

/** What cannot be read as a file of a sane size is no record; a directory that may not be read is an error. */
async function readRecord(fs: FileSystem, path: string): Promise<Uint8Array | undefined> {
  try {
    return await fs.readFile(path, { maxBytes: recordLimit })
  } catch (error) {
    if (isLadingError(error, 'TOO_LARGE') || isLadingError(error, 'NOT_A_FILE') || isLadingError(error, 'IO_ERROR'))
      return undefined
    throw error
  }
}
