import { nodeFileSystem, type FileSystem } from '@lading/content-store'

/** The real file system without waiting for the disk: injected faults and SIGKILL cannot tell, and the tests are short. */
export function unsyncedFileSystem(): FileSystem {
  const fs = nodeFileSystem()
  return {
    ...fs,
    open: async (...args) => ({ ...(await fs.open(...args)), sync: async () => {} }),
    syncDirectory: async () => {},
  }
}
