export type { AbortOptions, BlobAddress, ContentStore, Staged } from './content-store.ts'
export { growthState, type Growth } from './growth.ts'
export type { Ingest } from './ingest.ts'
