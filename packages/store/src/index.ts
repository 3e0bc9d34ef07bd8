import '@lading/errors/needs-node'
export type { Checked, CheckOptions, Finding } from './check/finding.ts'
export type { Overtaking, Waiting } from '@lading/content-store'
export type { ImageUsage, NameChoice, PrunableName, Pruned, PruneOptions, Usage } from './housekeeping.ts'
export { createStore } from './create-store.ts'
export type { Parts } from './parts.ts'
export { openStore, type OpenStoreOptions } from './open-store.ts'
export { StoreError, type StoreErrorCode } from './store-error.ts'
export type {
  ImageDetails,
  ImageSummary,
  FileStore,
  Lease,
  Publication,
  PublishResult,
  Removal,
  Store,
  StoreDelivery,
  StoreReceiver,
  StoreTarget,
} from './store.ts'
export { createOrigins, type Origins } from './origins.ts'
export { storedArtifact, type StoredArtifact } from './stored-artifact.ts'
export { earlierRootNote, rootFromEnv } from './root-from-env.ts'
