import { dirname, join } from 'node:path'
import { isLadingError } from '@lading/errors'
import type { FileSystem } from './file-system.ts'
import { isNoteSegment, noteSegments, prefixSegments } from './note-key.ts'
import type { Notes } from './notes.ts'
import { entriesOf } from './record-directory.ts'
import { replaceFile, writeFileDurably } from './write-file-durably.ts'

export interface FileNotesOptions {
  readonly fs: FileSystem
  readonly directory: string
  /** A larger one is none, in bytes. Default 4 MiB. */
  readonly maxBytes?: number | undefined
  /** Before the first file: the place is made a store. */
  readonly prepare?: (() => Promise<void>) | undefined
}

/** Notes as files, `<directory>/<key>`. The first `put` makes the directory. */
export function createFileNotes({
  fs,
  directory,
  maxBytes = 4 * 1024 * 1024,
  prepare = () => Promise.resolve(),
}: FileNotesOptions): Notes {
  const pathOf = (key: string): string => join(directory, ...noteSegments(key))

  async function* below(path: string, prefix: string): AsyncIterable<string> {
    for (const { name, kind } of await entriesOf(fs, path)) {
      if (!isNoteSegment(name)) continue
      const key = prefix === '' ? name : `${prefix}/${name}`
      if (kind === 'file') yield key
      else if (kind === 'directory') yield* below(join(path, name), key)
    }
  }

  return {
    get: async (key) => readNote(fs, pathOf(key), maxBytes),
    async put(key, bytes, { durable = false } = {}) {
      const path = pathOf(key)
      const write = (): Promise<void> => (durable ? writeFileDurably(fs, path, bytes) : replaceFile(fs, path, bytes))
      try {
        await write()
      } catch (error) {
        if (!isLadingError(error, 'NOT_FOUND')) throw error
        await prepare()
        await fs.mkdir(dirname(path), { recursive: true })
        await write()
      }
    },
    async remove(key) {
      try {
        return await fs.unlink(pathOf(key))
      } catch (error) {
        if (isLadingError(error, 'NOT_A_DIRECTORY')) return false
        throw error
      }
    },
    keys: (prefix) => below(join(directory, ...prefixSegments(prefix)), prefix),
  }
}

/** What cannot be read as a note is none. */
async function readNote(fs: FileSystem, path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  try {
    return await fs.readFile(path, { maxBytes })
  } catch (error) {
    if (['TOO_LARGE', 'NOT_A_FILE', 'NOT_A_DIRECTORY', 'IO_ERROR'].some((code) => isLadingError(error, code)))
      return undefined
    throw error
  }
}
