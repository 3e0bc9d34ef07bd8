import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unsyncedFileSystem } from '@lading/content-store/testing'
import { linux } from './image.ts'
import { openStore, type OpenStoreOptions, type FileStore } from '../../src/index.ts'

/** A directory for one test, with everything opened in it closed at the end. */
export interface TestRoot {
  readonly path: string
  open(options?: Partial<OpenStoreOptions>): Promise<FileStore>
  end(): Promise<void>
}

export async function testRoot(): Promise<TestRoot> {
  const directory = await mkdtemp(join(tmpdir(), 'lading-store-'))
  const path = join(directory, 'root')
  const stores: FileStore[] = []
  return {
    path,
    async open(options) {
      const store = await openStore({
        root: path,
        fs: unsyncedFileSystem(),
        workers: 0,
        platform: linux('amd64'),
        ...options,
      })
      stores.push(store)
      return store
    },
    async end() {
      for (const store of stores) await store.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
