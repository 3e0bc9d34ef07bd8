import '@lading/errors/needs-node'
export { createObjectContentStore, type ObjectContentStoreOptions } from './create-object-content-store.ts'
export { formatKey, generationKeys, parseBlobKey, type BlobKey, type GenerationKeys } from './layout.ts'
export { createObjectLeases, type ObjectLeasesOptions } from './leases/object-leases.ts'
export { createObjectReferenceStore, type ObjectReferenceStoreOptions } from './names/object-reference-store.ts'
export { objectParts, type ObjectPartsOptions } from './object-parts.ts'
export { objectNotes } from './records/object-notes.ts'
export { objectRecords } from './records/object-records.ts'
export { ObjectsError, type ObjectsErrorCode } from './objects-error.ts'
export type { ListedObject, Objects } from './objects.ts'
export { steadyObjects } from './steady-objects.ts'
export { timesOf, type Times } from './times.ts'
export {
  checkEngine,
  createS3Objects,
  formatS3Location,
  isS3Location,
  isStore,
  makeStore,
  parseS3Location,
  S3Error,
  type CheckEngineOptions,
  type FormatOptions,
  type S3ConnectionOptions,
  type S3Credentials,
  type S3ErrorCode,
  type S3Location,
  type S3Objects,
  type S3ObjectsOptions,
} from './s3/index.ts'
