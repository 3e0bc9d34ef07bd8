export { createMemoryReferenceStore, type MemoryReferenceStoreOptions } from './memory-reference-store.ts'
