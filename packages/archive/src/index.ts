export { ArchiveError, type ArchiveErrorCode } from './archive-error.ts'
