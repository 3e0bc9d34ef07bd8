export { createImageStore, imageStoreOn, type ImageStoreOptions } from './create-image-store.ts'
export type { ImageRecord, ImageStore } from './image-store.ts'
export { searchDigests, type DigestSearch } from './search-digests.ts'
