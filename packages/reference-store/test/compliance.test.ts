import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLock, layoutOf, nodeFileSystem } from '@lading/content-store'
import { testReferenceStore } from '@lading/reference-store/compliance'
import { describe, it } from 'vitest'
import { createReferenceStore, type ReferenceStore } from '../src/index.ts'

const fs = nodeFileSystem()

testReferenceStore(
  { describe, it },
  {
    async create() {
      const root = await mkdtemp(join(tmpdir(), 'lading-references-'))
      const open = (): ReferenceStore =>
        createReferenceStore({ root, fs, lock: createLock({ fs, path: layoutOf(root).lock }) })
      return {
        store: open(),
        again: async () => open(),
        dispose: () => rm(root, { recursive: true, force: true }),
      }
    },
  },
)
