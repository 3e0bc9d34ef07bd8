import { openDirectory } from './directory/open-directory.ts'
import { memoryStorage } from './memory-storage.ts'
import { createState, type RegistryState } from './repository-state.ts'

interface StorageOptions {
  readonly storage?: { readonly directory: string } | undefined
  readonly maxStoredBytes?: number | undefined
}

const gibibyte = 1024 ** 3

/** What the options mean, with the repositories that are there. */
export async function openStorage({ storage, maxStoredBytes = 4 * gibibyte }: StorageOptions): Promise<RegistryState> {
  return storage === undefined ? createState(memoryStorage(maxStoredBytes)) : await openDirectory(storage.directory)
}
