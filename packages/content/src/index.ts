export type { BlobSink, GiveBack } from './blob-sink.ts'
export type { BlobSource } from './blob-source.ts'
export { DeliveryError, type DeliveryErrorCode } from './delivery-error.ts'
export { embeddedDocument, type Document } from './document.ts'
export { createFreedMemory } from './freed-memory.ts'
export { giveBackAfter } from './give-back.ts'
export { isAbsence, unlessAbsent } from './is-absence.ts'
export { createMemoryContent, type MemoryContent, type MemoryContentOptions } from './memory/memory-content.ts'
export { planPublication, type PlannedDocument, type PublicationPlan } from './plan-publication.ts'
export type { Receiver } from './receiver.ts'
export { receiverErrors, type ReceiverErrors } from './receiver-errors.ts'
export { referrersAmong, type ReferrersAmong } from './referrers-among.ts'
export { createReusedMemory, type ReusedMemory } from './reused-memory.ts'
export { sendBlob, type SendBlobOptions } from './send-blob.ts'
export { sendBytes } from './send-bytes.ts'
export { SourceError } from './source-error.ts'
export type { NamedContent, Origin, Source } from './source.ts'
export { namesContent, successors, successorsOf } from './successors.ts'
export type {
  Delivery,
  Publication,
  PublishResult,
  ReceiveOptions,
  Target,
  TargetTraits,
  UnknownContent,
} from './target.ts'
export { walk, type Visit, type WalkLimits, type WalkOptions } from './walk.ts'
