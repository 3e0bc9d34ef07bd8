import assert from 'node:assert/strict'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createContentStore, type ContentStore } from '@lading/content-store'
import { testContentStore } from '@lading/content-store/compliance'
import { createMemory, createMemoryContentStore } from '@lading/content-store/memory'
import { describe, it } from 'vitest'
import { temporaryDirectory } from './temporary-root.ts'

describe('in files', () => {
  testContentStore(
    { describe, it },
    {
      async create() {
        const root = join(await temporaryDirectory(), 'store')
        const store = createContentStore({ root })
        return {
          store,
          again: async () => createContentStore({ root }),
          async damage(digest) {
            const path = store.path(digest)
            const bytes = await readFile(path)
            bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
            await chmod(path, 0o600)
            await writeFile(path, bytes)
          },
        }
      },
    },
  )
})

describe('in files, where small blobs are in memory until they are whole', () => {
  const over = (root: string): ContentStore => {
    const store = createContentStore({ root })
    return { ...store, ingest: (address, options) => store.ingest(address, { ...options, inMemory: true }) }
  }
  testContentStore(
    { describe, it },
    {
      async create() {
        const root = join(await temporaryDirectory(), 'store')
        return { store: over(root), again: async () => over(root) }
      },
    },
  )
})

describe('in memory', () => {
  testContentStore(
    { describe, it },
    {
      async create() {
        const memory = createMemory()
        return {
          store: createMemoryContentStore(memory),
          again: async () => createMemoryContentStore(memory),
          async damage(digest) {
            const blob = memory.blobs.get(digest)
            assert(blob !== undefined)
            const bytes = blob.bytes.slice()
            bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
            memory.blobs.set(digest, { ...blob, bytes })
          },
          removesInSteps: true,
        }
      },
    },
  )
})
