import assert from 'node:assert/strict'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { createMemory } from '@lading/content-store/memory'
import { testContent } from '@lading/content/compliance'
import { openMemoryStore } from '@lading/store/memory'
import { describe, it } from 'vitest'
import type { Store } from '../src/index.ts'
import { testRoot } from './support/root.ts'

async function forget(store: Store, name: string): Promise<void> {
  await store.remove(name)
  // What a name that moved leaves behind is a name as well.
  for (const { tag, target, name: of } of await store.images())
    if (tag === undefined) await store.remove(`${of}@${target.digest}`)
}

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
          forget: (name) => forget(store, name),
          dispose: () => root.end(),
        }
      },
    },
  )
})

describe.each([
  ['in memory', false],
  ['in memory, without a lock', true],
])('the store %s', (_, optimistic) => {
  testContent(
    { describe, it },
    {
      async create() {
        const memory = createMemory()
        const store = openMemoryStore({ memory, optimistic })
        return {
          source: store.source(),
          target: store.target(),
          async again() {
            const other = openMemoryStore({ memory, optimistic })
            return { source: other.source(), target: other.target() }
          },
          name: (word) => `registry.example/team/${word}:1`,
          async damage(digest) {
            const blob = memory.blobs.get(digest)
            assert(blob !== undefined)
            const at = blob.bytes.length >> 1
            memory.blobs.set(digest, { ...blob, bytes: blob.bytes.with(at, (blob.bytes[at] ?? 0) ^ 1) })
          },
          forget: (name) => forget(store, name),
        }
      },
    },
  )
})
