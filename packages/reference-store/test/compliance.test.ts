import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLock, layoutOf, nodeFileSystem } from '@lading/content-store'
import { createMemory } from '@lading/content-store/memory'
import { testReferenceStore } from '@lading/reference-store/compliance'
import { createMemoryReferenceStore } from '@lading/reference-store/memory'
import { describe, it } from 'vitest'
import { createReferenceStore, type ReferenceStore } from '../src/index.ts'

const fs = nodeFileSystem()

describe('in files', () => {
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
})

describe.each([
  ['in memory', false],
  ['in memory, without a lock', true],
])('%s', (_, optimistic) => {
  testReferenceStore(
    { describe, it },
    {
      async create() {
        const memory = createMemory()
        const open = (): ReferenceStore => createMemoryReferenceStore({ memory, optimistic })
        return { store: open(), again: async () => open(), optimistic }
      },
    },
  )
})
