import type { TestRegistryOptions } from '../test-registry.ts'
import { openDirectory } from './directory/open-directory.ts'
import { memoryStorage } from './memory-storage.ts'
import { createState, type RegistryState } from './repository-state.ts'

const gibibyte = 1024 ** 3

/** What the options mean, with the repositories that are there. */
export async function openStorage({
  storage,
  maxStoredBytes = 4 * gibibyte,
}: TestRegistryOptions): Promise<RegistryState> {
  return storage === undefined ? createState(memoryStorage(maxStoredBytes)) : await openDirectory(storage.directory)
}
