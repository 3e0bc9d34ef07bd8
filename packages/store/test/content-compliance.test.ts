import { chmod, readFile, writeFile } from 'node:fs/promises'
import { testContent } from '@lading/content/compliance'
import { describe, it } from 'vitest'
import { testRoot } from './support/root.ts'

describe('the store', () => {
  testContent(
    { describe, it },
    {
      async create() {
        const root = await testRoot()
        const store = await root.open()
        return {
          source: store.source(),
          target: store.target(),
          async again() {
            const other = await root.open()
            return { source: other.source(), target: other.target() }
          },
          name: (word) => `registry.example/team/${word}:1`,
          async damage(digest) {
            const path = store.contents.path(digest)
            const bytes = await readFile(path)
            bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
            await chmod(path, 0o600)
            await writeFile(path, bytes)
          },
          async forget(name) {
            await store.remove(name)
            // What a name that moved leaves behind is a name as well.
            for (const { tag, target, name: of } of await store.images())
              if (tag === undefined) await store.remove(`${of}@${target.digest}`)
          },
          dispose: () => root.end(),
        }
      },
    },
  )
})
