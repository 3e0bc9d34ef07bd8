import { join } from 'node:path'
import type { FileSystem } from '@lading/content-store'
import { isLadingError } from '@lading/errors'
import type { Files, StoredFile } from './files.ts'
import { readHandle } from './read-handle.ts'
import { notPlain } from './refusals.ts'

/**
 * The files of a layout directory. Links are refused, at a file and on the way to it: content is what lies there, not what
 * somebody else's file may be tomorrow.
 */
export function directoryFiles(fs: FileSystem, root: string): Files {
  return {
    async find(path) {
      const parts = path.split('/')
      for (let depth = 1; depth < parts.length; depth++) {
        const above = parts.slice(0, depth).join('/')
        const found = await fs.stat(join(root, above))
        if (found === undefined) return undefined
        if (found.kind !== 'directory') throw notPlain(above, 'no directory')
      }
      const stat = await fs.stat(join(root, path))
      if (stat === undefined) return undefined
      if (stat.kind !== 'file') throw notPlain(path, stat.kind === 'link' ? 'a link' : 'no file')
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
        throw isLadingError(error, 'NOT_A_FILE') ? notPlain(path, 'no file') : error
      })
      try {
        yield* readHandle(handle, { path, from, to }, options)
      } finally {
        await handle.close()
      }
    },
  }
}
