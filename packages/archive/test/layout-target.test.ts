import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLayout, openLayout } from '@lading/archive'
import { testContent } from '@lading/content/compliance'
import { describe, it } from 'vitest'
import { temporaryDirectory } from './support/some-files.ts'

describe('an OCI layout directory as a target', () => {
  testContent(
    { describe, it },
    {
      async create() {
        const { path, remove } = await temporaryDirectory()
        const root = join(path, 'layout')
        await (await createLayout(root).begin()).abort()
        const open = async () => ({ source: await openLayout(root), target: createLayout(root) })
        return {
          ...(await open()),
          again: open,
          async damage(digest) {
            const file = join(root, 'blobs', ...digest.split(':'))
            const bytes = await readFile(file)
            bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
            await writeFile(file, bytes)
          },
          dispose: remove,
        }
      },
    },
  )
})
