import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Of what is free, so much may be filled by default. */
const part = 0.8

/**
 * How much served content may take by default, in bytes: 80 % of what is free, plus what it takes already.
 *
 * @param free where the store is, in bytes; default as the file system says
 */
export const defaultMaxSize = (free: number, taken: number): number => Math.floor(part * free + taken)

/** What is free where this directory is, or will be, in bytes, for who is not root. */
export async function freeSpace(directory: string): Promise<number> {
  for (let path = directory; ; path = dirname(path)) {
    try {
      const { bavail, bsize } = await statfs(path)
      return bavail * bsize
    } catch (error) {
      // It is made later, where the directory above it is.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || path === dirname(path)) throw error
    }
  }
}
