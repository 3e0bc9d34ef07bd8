import type { FileHandle } from './file-system.ts'

/** A file that is to be as durable as its `sync` says. */
export interface DataFile {
  readonly handle: FileHandle
  /** Whether a sync failed: then nobody knows what is in the file, and it must not be kept. */
  readonly spoiled: boolean
  sync(): Promise<void>
}

export function dataFile(handle: FileHandle): DataFile {
  let spoiled = false
  return {
    handle,
    get spoiled() {
      return spoiled
    },
    async sync() {
      try {
        await handle.sync()
      } catch (error) {
        // The pages that failed are clean now and lost: another fsync of this file would report success.
        spoiled = true
        throw error
      }
    },
  }
}
