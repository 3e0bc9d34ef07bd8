import type { FileSystem } from '../file-system.ts'
import { nodeFileSystem } from '../node-file-system.ts'

/**
 * A file system that waits for no disk. Injected faults and killed processes cannot tell, and tests are short; what a
 * power cut leaves is `afterPowerCut`'s to say.
 *
 * @param fs default: this machine's
 */
export function unsyncedFileSystem(fs: FileSystem = nodeFileSystem()): FileSystem {
  return {
    ...fs,
    open: async (...given) => ({ ...(await fs.open(...given)), sync: () => Promise.resolve() }),
    syncDirectory: () => Promise.resolve(),
  }
}
