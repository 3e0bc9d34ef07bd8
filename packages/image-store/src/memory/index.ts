import { createMemory, memoryRecords, type Memory } from '@lading/content-store/memory'
import { imageStoreOn } from '../create-image-store.ts'
import type { ImageStore } from '../image-store.ts'

/** Image records in memory. */
export function createMemoryImageStore(memory: Memory = createMemory()): ImageStore {
  return imageStoreOn(memoryRecords(memory))
}
