import { keepAside, writeFileDurably, type FileSystem, type StoreLayout } from '@lading/content-store'
import { isLadingError } from '@lading/errors'
import { indexJsonLimit, parseIndexJson, type IndexJson } from './index-json.ts'

/** Two copies of `index.json`: of what was written last, and of what was before. */
export interface IndexCopies {
  /** Takes what has just been written. A copy that cannot be written (a full disk) is no reason to fail. */
  keep(bytes: Uint8Array): Promise<void>
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
  return {
    async keep(bytes) {
      try {
        await fs.mkdir(directory, { recursive: true })
        await fs.rename(latest, previous).catch((error: unknown) => {
          if (!isLadingError(error, 'NOT_FOUND')) throw error
        })
        await writeFileDurably(fs, latest, bytes, { alone: true })
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
