import { nodeFileSystem, type FileSystem } from '@lading/content-store'

/**
 * This machine's files, without waiting for the disk: what a killed process leaves is the same, and power cuts are not
 * simulated here.
 */
export function fastFileSystem(): FileSystem {
  const fs = nodeFileSystem()
  return {
    ...fs,
    async open(path, flags, options) {
      const handle = await fs.open(path, flags, options)
      return { ...handle, sync: () => Promise.resolve() }
    },
    syncDirectory: () => Promise.resolve(),
  }
}
