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
export type { AskKind, OnServeEvent, ServeEvent } from './serve-event.ts'
