import {
  createMemory,
  createMemoryContentStore,
  memoryFiles,
  memoryLeases,
  memoryNotes,
  memoryRecords,
  type Memory,
} from '@lading/content-store/memory'
import { createMemoryImageStore } from '@lading/image-store/memory'
import type { LayerBounds } from '@lading/layer-store'
import { createMemoryLayerStore } from '@lading/layer-store/memory'
import type { Platform } from '@lading/manifest'
import { createMemoryReferenceStore } from '@lading/reference-store/memory'
import { createStore } from '../create-store.ts'
import { hostPlatform } from '../host-platform.ts'
import { createOrigins } from '../origins.ts'
import type { Store } from '../store.ts'

export interface MemoryStoreOptions extends LayerBounds {
  /** What several stores may share, as processes share a directory. Default: one of its own. */
  readonly memory?: Memory | undefined
  /** Changes of names run beside each other, as in an engine without locks: see `createMemoryReferenceStore`. Default false. */
  readonly optimistic?: boolean | undefined
  /** Shown first where an index is here for several platforms. Default `linux/<arch of this machine>`. */
  readonly platform?: Platform | undefined
}

/**
 * Images in memory, for tests: with all that a store in files promises, but nothing outlives the process. Layers are
 * inflated in the calling thread.
 */
export function openMemoryStore({
  memory = createMemory(),
  optimistic,
  platform = hostPlatform(),
  ...bounds
}: MemoryStoreOptions = {}): Store {
  return createStore({
    root: memory.id,
    contents: createMemoryContentStore(memory),
    layers: createMemoryLayerStore(memory, bounds),
    images: createMemoryImageStore(memory),
    references: createMemoryReferenceStore({ memory, optimistic }),
    leases: memoryLeases(memory),
    origins: createOrigins(memoryRecords(memory), () => Promise.resolve()),
    served: memoryNotes(memory),
    platform,
    now: async () => Date.now(),
    files: () => memoryFiles(memory),
    writable: () => Promise.resolve(),
    changeable: () => Promise.resolve(true),
  })
}
