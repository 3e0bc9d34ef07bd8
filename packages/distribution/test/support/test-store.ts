import { nodeFileSystem, type FileSystem } from '@lading/content-store'
import { unsyncedFileSystem } from '@lading/content-store/testing'
import { openStore, type OpenStoreOptions, type Store } from '@lading/store'
import { atScale } from '../../../../test/support/scale.ts'

/**
 * A store on this machine's disk. In the ordinary run it waits for no sync and starts no threads, which is most of the
 * time of a small pull; at CI scale it is as users have it.
 */
export function openTestStore(
  root: string,
  through: (fs: FileSystem) => FileSystem = (fs) => fs,
  options: Partial<OpenStoreOptions> = {},
): Promise<Store> {
  const { fs, workers } = atScale<{ fs: FileSystem; workers?: number }>(
    { fs: unsyncedFileSystem(), workers: 0 },
    { fs: nodeFileSystem() },
  )
  return openStore({ root, fs: through(fs), workers, ...options })
}
