export type { ImageDetails, ImageSummary, Lease, Publication, PublishResult, Removal, Store } from './store.ts'
