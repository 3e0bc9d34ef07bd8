import { isLadingError } from '@lading/errors'
import type { FileSystem } from './file-system.ts'

/**
 * Sets a mode where that is possible. A volume that was mounted for us belongs to somebody else, and a share has the
 * modes that it was mounted with; both can be written to all the same.
 */
export async function chmodIfAllowed(fs: FileSystem, path: string, mode: number): Promise<void> {
  try {
    await fs.chmod(path, mode)
  } catch (error) {
    if (!isLadingError(error, 'PERMISSION')) throw error
  }
}
