import '@lading/errors/needs-node'
export type {
  Arriving,
  ByteRange,
  Content,
  Downloads,
  DownloadState,
  Records,
  SharedBlob,
  TagsOptions,
  TagsPage,
  Upstream,
  WantedBlob,
} from './contracts.ts'
export { createServe, type Serve } from './create-serve.ts'
export { createDownloads, type DownloadsOptions } from './downloads/create-downloads.ts'
export { DownloadError, type DownloadErrorCode } from './downloads/download-error.ts'
export { listenerOf } from './listener-of.ts'
export type { ListenerFacts } from './request/assert-listener.ts'
export { hopsOfRequest } from './request/hops.ts'
export type { Who } from './request/who.ts'
export { ServeError, type ServeErrorCode, type ServeErrorOptions } from './serve-error.ts'
export type { AskKind, OnServeEvent, ServeEvent } from './serve-event.ts'
export type { ServeOptions } from './serve-options.ts'
export { createEviction, type Evicted, type Eviction, type EvictionParts } from './eviction/create-eviction.ts'
export { createTidying, type Tidying, type TidyingParts } from './eviction/create-tidying.ts'
export { createInUse, type InUse } from './eviction/in-use.ts'
export { openLastUsed, type LastUsed } from './eviction/last-used.ts'
export { defaultMaxSize, freeSpace } from './eviction/room.ts'
export { pinnedContent, type PinnedContentParts } from './pins/pinned-content.ts'
export { createPins, type Pins } from './pins/pins.ts'
export { registryUpstream, type RegistryUpstreamOptions } from './upstream/registry-upstream.ts'
