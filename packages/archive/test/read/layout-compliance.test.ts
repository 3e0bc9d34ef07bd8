import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openLayout } from '@lading/archive'
import { testContent } from '@lading/content/compliance'
import { describe, it } from 'vitest'
import { blobPath } from '../../src/file-names.ts'
import { writtenPlace } from '../support/delivered.ts'
import { layoutFiles, temporaryDirectory, writeFiles } from '../support/some-files.ts'

describe('an OCI layout directory as a source', () => {
  testContent(
    { describe, it },
    {
      async create() {
        const { path, remove } = await temporaryDirectory()
        await writeFiles(path, layoutFiles({ blobs: [], publications: [] }))
        return writtenPlace({
          write: (delivered) => writeFiles(path, layoutFiles(delivered)),
          open: () => openLayout(path),
          async damage(digest) {
            const file = join(path, blobPath(digest))
            const bytes = await readFile(file)
            bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
            await writeFile(file, bytes)
          },
          dispose: remove,
        })
      },
    },
  )
})
