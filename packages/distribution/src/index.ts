import '@lading/errors/needs-node'
export { copy } from './copy/copy.ts'
export { copyBlob, type BlobCopy, type BlobOutcome, type BlobProgress } from './copy/copy-blob.ts'
export {
  copyReferrers,
  findReferrers,
  type CopyReferrersOptions,
  type FindReferrersOptions,
  type FoundReferrer,
} from './copy/copy-referrers.ts'
export { oneDelivery, type OneDelivery } from './copy/one-delivery.ts'
export { layerVerifier } from './copy/layer-verifier.ts'
export { planCopy, type AskedTarget, type CopyPlan } from './copy/plan-copy.ts'
export { CopyError, type CopyErrorCode } from './copy/copy-error.ts'
export type { CopyEvent } from './copy/copy-event.ts'
export type { Copied, CopyHooks, CopyOptions } from './copy/copy-options.ts'
export { push, pushAll, type PushedImage, type PushedTags, type PushOptions, type PushParts } from './copy/push.ts'
export { createPuller, type PullerOptions } from './create-puller.ts'
export { downloadBlob, type DownloadBlobOptions } from './download-blob.ts'
export { loadArchive, type LoadedImage, type LoadOptions } from './load/load-archive.ts'
export { LoadError, type LoadErrorCode } from './load/load-error.ts'
export type { LoadEvent } from './load/load-event.ts'
export { pullChannelName } from './emit.ts'
export { PullError, type PullErrorCode } from './pull-error.ts'
export { pullEventVersion, type PullEvent } from './pull-event.ts'
export type { ArrivingImage, PulledImage, PulledTags, Puller, PullOptions } from './puller.ts'
export { saveImage, type ImageToSave, type SavedImage, type SaveOptions, type SaveWarning } from './save/save-image.ts'
export { uploadBlob, type UploadBlobOptions, type UploadOutcome } from './upload-blob.ts'
