import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { layoutOf, nodeFileSystem } from '@lading/content-store'
import { createMemory } from '@lading/content-store/memory'
import { testImageStore } from '@lading/image-store/compliance'
import { createMemoryImageStore } from '@lading/image-store/memory'
import { describe, it } from 'vitest'
import { createImageStore, type ImageStore } from '../src/index.ts'

describe('in files', () => {
  testImageStore(
    { describe, it },
    {
      async create() {
        const root = await mkdtemp(join(tmpdir(), 'lading-images-'))
        const open = (): ImageStore => createImageStore({ root, fs: nodeFileSystem() })
        return {
          store: open(),
          again: async () => open(),
          damage: (id) => writeFile(join(layoutOf(root).images, id.replace(':', '/')), '{'),
          dispose: () => rm(root, { recursive: true, force: true }),
        }
      },
    },
  )
})

describe('in memory', () => {
  testImageStore(
    { describe, it },
    {
      async create() {
        const memory = createMemory()
        return {
          store: createMemoryImageStore(memory),
          again: async () => createMemoryImageStore(memory),
          damage: async (id) => void memory.records.get('images')?.set(id, new Uint8Array([0x7b])),
        }
      },
    },
  )
})
