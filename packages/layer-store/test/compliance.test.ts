import assert from 'node:assert/strict'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createContentStore, type FileGrowth } from '@lading/content-store'
import { createMemory, createMemoryContentStore } from '@lading/content-store/memory'
import { createLayerStore, type LayerBounds } from '@lading/layer-store'
import { testLayerStore, type LayerStoreParts } from '@lading/layer-store/compliance'
import { createMemoryLayerStore } from '@lading/layer-store/memory'
import { describe, it } from 'vitest'
import { temporaryRoot } from './support/root.ts'

const flip = (bytes: Uint8Array): Uint8Array => bytes.with(bytes.length >> 1, (bytes[bytes.length >> 1] ?? 0) ^ 1)

async function inFiles(workers: number, bounds: LayerBounds | undefined): Promise<LayerStoreParts<FileGrowth>> {
  const root = await temporaryRoot()
  const contents = createContentStore({ root })
  return {
    contents,
    layers: createLayerStore({ root, smallLayer: 0, workers, ...bounds }),
    again: async () => createLayerStore({ root }),
    async damage(blob) {
      const path = contents.path(blob)
      const bytes = await readFile(path)
      await chmod(path, 0o600)
      await writeFile(path, flip(bytes))
    },
    damageRecord: (kind, key) => writeFile(join(root, 'lading', kind, key.replace(':', '/')), '{'),
  }
}

describe.each([
  ['in files, with worker threads', 2],
  ['in files, in the calling thread', 0],
])('%s', (_, workers) => {
  testLayerStore({ describe, it }, { create: (bounds) => inFiles(workers, bounds) })
})

describe('in memory', () => {
  testLayerStore(
    { describe, it },
    {
      async create(bounds) {
        const memory = createMemory()
        return {
          contents: createMemoryContentStore(memory),
          layers: createMemoryLayerStore(memory, bounds),
          again: async () => createMemoryLayerStore(memory),
          async damage(digest) {
            const blob = memory.blobs.get(digest)
            assert(blob !== undefined)
            memory.blobs.set(digest, { ...blob, bytes: flip(blob.bytes) })
          },
          damageRecord: async (kind, key) => void memory.records.get(kind)?.set(key, new Uint8Array([0x7b])),
        }
      },
    },
  )
})
