import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { layoutOf, nodeFileSystem } from '@lading/content-store'
import { testImageStore } from '@lading/image-store/compliance'
import { describe, it } from 'vitest'
import { createImageStore, type ImageStore } from '../src/index.ts'

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
