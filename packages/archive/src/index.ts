export { ArchiveError, type ArchiveErrorCode } from './archive-error.ts'
export type { ArchiveSource } from './read/archive-source.ts'
export type { ArchivedImage } from './read/describe.ts'
export { openLayout, type OpenLayoutOptions } from './read/open-layout.ts'
