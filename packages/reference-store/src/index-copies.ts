import { join } from 'node:path'
import {
  keepAside,
  temporaryPath,
  writeFileDurably,
  type FileSystem,
  type Held,
  type StoreLayout,
} from '@lading/content-store'
import { isLadingError } from '@lading/errors'
import { indexJsonLimit, parseIndexJson, type IndexJson } from './index-json.ts'

/** Two copies of `index.json`: of what was written last, and of what was before. */
export interface IndexCopies {
  /** Takes what has just been written. A copy that cannot be written (a full disk) is no reason to fail. */
  keep(bytes: Uint8Array, held: Held): Promise<void>
  exist(): Promise<boolean>
  /** Those that are an image index, the newer one first. @throws what the system says about reading: what is not read now may be good */
  read(): Promise<readonly IndexJson[]>
  /** Sets the bad `index.json` aside, for whoever wants to look at it. */
  setAside(): Promise<void>
}

export function indexCopies(
  fs: FileSystem,
  { index, indexCopies: { directory, latest, previous }, quarantine }: StoreLayout,
): IndexCopies {
  /** The last copy becomes the one before. By way of a path that is not there any more once the lock was lost. */
  async function shift(by: string): Promise<void> {
    try {
      // No hard links here: for a moment there is only the older copy.
      await fs.link(latest, by).catch(() => fs.rename(latest, by))
      await fs.rename(by, previous)
    } catch (error) {
      if (!isLadingError(error, 'NOT_FOUND')) throw error
    }
  }

  return {
    async keep(bytes, { fence, assert }) {
      try {
        await fs.mkdir(directory, { recursive: true })
        await shift(temporaryPath(join(fence ?? directory, 'previous')))
        await writeFileDurably(fs, latest, bytes, { alone: true, before: assert, fence })
      } catch {
        // The next change writes another one.
      }
    },
    async exist() {
      return (await fs.stat(latest)) !== undefined || (await fs.stat(previous)) !== undefined
    },
    async read() {
      const found: IndexJson[] = []
      for (const path of [latest, previous]) {
        const bytes = await fs.readFile(path, { maxBytes: indexJsonLimit }).catch((error: unknown) => {
          if (isLadingError(error, 'NOT_A_FILE') || isLadingError(error, 'TOO_LARGE')) return undefined
          throw error
        })
        if (bytes === undefined) continue
        try {
          found.push(parseIndexJson(bytes, path))
        } catch {
          // As bad as what it is a copy of.
        }
      }
      return found
    },
    setAside: () => keepAside(fs, quarantine, index),
  }
}
