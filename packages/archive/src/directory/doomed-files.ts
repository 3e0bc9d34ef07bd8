import { basename, join } from 'node:path'
import { writeFileDurably, type FileSystem, type Held } from '@lading/content-store'
import { isLadingError } from '@lading/errors'
import { fileMode } from '../layout/prepare-layout.ts'
import { isOfImage, type DirectoryPlaces } from './directory-places.ts'

/** In bytes. An image of the most layers has a tenth of it. */
const longestList = 16 * 1024 * 1024

/** Files to be removed from a directory once its image has changed, listed on disk so that the next process can do it after a kill. */
export interface DoomedFiles {
  /** Those that an earlier process did not remove. */
  left(): Promise<readonly string[]>
  /** Before the image changes. */
  write(names: ReadonlySet<string>): Promise<void>
  /** After it has, with the list itself. */
  remove(names: ReadonlySet<string>): Promise<void>
}

export function doomedFiles({
  fs,
  places: { root, doomed },
  held,
}: {
  readonly fs: FileSystem
  readonly places: Pick<DirectoryPlaces, 'root' | 'doomed'>
  readonly held: Held
}): DoomedFiles {
  return {
    async left() {
      // Whoever can write here can also remove files. A list that is damaged, or not a file, is ignored.
      const bytes = await fs.readFile(doomed, { maxBytes: longestList }).catch((error: unknown) => {
        if (!isLadingError(error)) throw error
        return undefined
      })
      return bytes === undefined ? [] : new TextDecoder().decode(bytes).split('\n').filter(isOfImage)
    },
    write: (names) =>
      writeFileDurably(fs, doomed, new TextEncoder().encode([...names].join('\n')), {
        mode: fileMode,
        before: held.assert,
        fence: held.fence,
      }),
    async remove(names) {
      for (const { name, kind } of (await fs.readDirectory(root)) ?? [])
        if (kind === 'file' && names.has(name)) await removeUnderLock(name)
      await removeUnderLock(basename(doomed))
    },
  }

  /** Moves files into the holder's fence: a process that lost the lock removes nothing that the next holder has written. */
  async function removeUnderLock(name: string): Promise<void> {
    const path = join(root, name)
    await held.assert()
    if (held.fence === undefined) {
      await fs.unlink(path)
      return
    }
    try {
      await fs.rename(path, join(held.fence, name))
    } catch (error) {
      if (!isLadingError(error, 'NOT_FOUND')) throw error
      // The file is gone, or the fence is.
      await held.assert()
    }
  }
}
