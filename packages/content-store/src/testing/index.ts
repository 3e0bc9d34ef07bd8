import '@lading/errors/needs-node'
export { afterPowerCut, type PowerCut } from './after-power-cut.ts'
export type { DirectoryNode, DiskNode, DiskStep, EntryChange, FileNode } from './disk-log.ts'
export {
  faultyFileSystem,
  type Call,
  type Fault,
  type FaultyFileSystem,
  type FaultyHooks,
  type Operation,
} from './faulty-file-system.ts'
export { recordingFileSystem, type RecordingFileSystem } from './recording-file-system.ts'
export { unsyncedFileSystem } from './unsynced-file-system.ts'
