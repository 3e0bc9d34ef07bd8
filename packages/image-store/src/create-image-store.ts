import { fileRecords, nodeFileSystem, type FileSystem, type OpenRecords } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { formatRecord, joinRecords, parseRecord, recordLimit } from './image-record.ts'
import type { ImageStore } from './image-store.ts'
import { searchDigests } from './search-digests.ts'

export interface ImageStoreOptions {
  /** The store's root; records are in its `images`. */
  readonly root: string
  /** Default: this machine's. */
  readonly fs?: FileSystem | undefined
}

/** Image records as files. Writers hold the store's lock; readers need none. */
export function createImageStore({ root, fs = nodeFileSystem() }: ImageStoreOptions): ImageStore {
  return imageStoreOn(fileRecords({ root, fs }))
}

/** Image records on the records of any engine. */
export function imageStoreOn(open: OpenRecords): ImageStore {
  const records = open('images', { maxBytes: recordLimit, parse: parseRecord })

  return {
    async create(record, options) {
      const { digest } = record.config
      const older = await records.get(digest)
      const written = older === undefined ? record : joinRecords(older, record)
      const bytes = formatRecord(written)
      if (older !== undefined && Buffer.compare(bytes, formatRecord(older)) === 0) return older
      await records.put(digest, bytes, options)
      return written
    },
    get: records.get,
    list: records.list,
    async search(term) {
      const known: Digest[] = []
      for await (const record of records.list()) known.push(record.config.digest)
      return searchDigests(known, term)
    },
    delete: records.remove,
  }
}
