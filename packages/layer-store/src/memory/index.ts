import '@lading/errors/needs-node'
import type { Followable } from '@lading/content-store'
import { createMemory, createMemoryContentStore, memoryRecords, type Memory } from '@lading/content-store/memory'
import type { LayerBounds } from '../layer-bounds.ts'
import { layerStoreOn } from '../layer-store-on.ts'
import type { LayerStore } from '../layer-store.ts'

/** Layers in memory. Blobs are those of `createMemoryContentStore` over the same memory, and inflate in the calling thread. */
export function createMemoryLayerStore(
  memory: Memory = createMemory(),
  bounds: LayerBounds = {},
): LayerStore<Followable> {
  return layerStoreOn({ records: memoryRecords(memory), contents: createMemoryContentStore(memory), ...bounds })
}
