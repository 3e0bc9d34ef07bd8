import { join } from 'node:path'
import type { FileSystem } from '@lading/content-store'
import { isLadingError } from '@lading/errors'
import type { Files, StoredFile } from './files.ts'
import { readHandle } from './read-handle.ts'
import { notPlain } from './refusals.ts'

/**
 * The files of a layout directory. Links are refused, both as a file and in its path: content must be in the directory
 * itself, and not be another file that may change.
 */
export function directoryFiles(fs: FileSystem, root: string): Files {
  return {
    async find(path) {
      const parts = path.split('/')
      for (let depth = 1; depth < parts.length; depth++) {
        const above = parts.slice(0, depth).join('/')
        const found = await fs.stat(join(root, above))
        if (found === undefined) return undefined
        if (found.kind !== 'directory') throw notPlain(above, 'not a directory')
      }
      const stat = await fs.stat(join(root, path))
      if (stat === undefined) return undefined
      if (stat.kind !== 'file') throw notPlain(path, stat.kind === 'link' ? 'a link' : 'not a file')
      return fileAt(fs, join(root, path), { path, size: stat.size })
    },
    close: () => Promise.resolve(),
  }
}

function fileAt(fs: FileSystem, at: string, { path, size }: Pick<StoredFile, 'path' | 'size'>): StoredFile {
  return {
    path,
    size,
    async *read(from, to, options) {
      const handle = await fs.open(at, 'r').catch((error: unknown) => {
        // Replaced since it was looked at.
        throw isLadingError(error, 'NOT_A_FILE') ? notPlain(path, 'not a file') : error
      })
      try {
        yield* readHandle(handle, { path, from, to }, options)
      } finally {
        await handle.close()
      }
    },
  }
}
