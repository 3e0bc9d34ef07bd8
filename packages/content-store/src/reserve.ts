import { randomBytes } from 'node:crypto'
import type { FileSystem } from './file-system.ts'
import { layoutOf } from './layout.ts'
import { removeQuietly, writeNewFile } from './write-file-durably.ts'

/** Space that is taken in advance, so that images can be removed from a disk that is full. */
export interface Reserve {
  /** Takes it, or more of it, where the names have grown. Where there is no space nothing happens. */
  keep(): Promise<void>
  /** Gives it back, for whoever is about to remove something. */
  release(): Promise<void>
}

/** For a lock, a clock's file, and directories that are new, beside another `index.json`. */
const besideNames = 64 * 1024

/** A file of random bytes: a file system may store zeros as nothing. A cache of space, which no other file relies on. */
export function createReserve({ root, fs }: { readonly root: string; readonly fs: FileSystem }): Reserve {
  const { index, reserve } = layoutOf(root)
  const take = async (): Promise<void> => {
    const [names, taken] = [await fs.stat(index), await fs.stat(reserve)]
    // Another index.json and a copy of it.
    const size = 2 * (names?.size ?? 0)
    if (taken !== undefined && taken.size >= besideNames + size) return
    await fs.unlink(reserve)
    // Twice as much, for it is not to be done again for each name.
    await writeNewFile(fs, reserve, randomBytes(besideNames + 2 * size), { sync: false })
  }
  return {
    keep: () => take().catch(() => {}),
    release: () => removeQuietly(fs, reserve),
  }
}
