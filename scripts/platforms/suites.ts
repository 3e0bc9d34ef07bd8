// The compliance suites of the stores, in files, in whatever runtime starts this: `suites RESULTS`. It writes what failed there.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createContentStore, layoutOf, nodeFileSystem, createLock } from '../../packages/content-store/src/index.ts'
import { testContentStore } from '../../packages/content-store/src/compliance/index.ts'
import { createImageStore } from '../../packages/image-store/src/index.ts'
import { testImageStore } from '../../packages/image-store/src/compliance/index.ts'
import { createLayerStore } from '../../packages/layer-store/src/index.ts'
import { testLayerStore } from '../../packages/layer-store/src/compliance/index.ts'
import { createReferenceStore } from '../../packages/reference-store/src/index.ts'
import { testReferenceStore } from '../../packages/reference-store/src/compliance/index.ts'

const [results = ''] = process.argv.slice(2)
const cases: { readonly name: string; readonly run: () => unknown }[] = []
const above: string[] = []
const framework = {
  describe(name: string, define: () => void): void {
    above.push(name)
    define()
    above.pop()
  },
  it(name: string, run: () => unknown): void {
    cases.push({ name: [...above, name].join(' › '), run })
  },
}

const fs = nodeFileSystem()
const folder = await mkdtemp(join(tmpdir(), 'lading-suites-'))
const newRoot = (): Promise<string> => mkdtemp(join(folder, 'root-'))

testContentStore(framework, {
  async create() {
    const root = await newRoot()
    return { store: createContentStore({ root }), again: async () => createContentStore({ root }) }
  },
})
testLayerStore(framework, {
  async create(bounds) {
    const root = await newRoot()
    return {
      contents: createContentStore({ root }),
      layers: createLayerStore({ root, smallLayer: 0, workers: 0, ...bounds }),
      again: async () => createLayerStore({ root }),
    }
  },
})
testImageStore(framework, {
  async create() {
    const root = await newRoot()
    return { store: createImageStore({ root, fs }), again: async () => createImageStore({ root, fs }) }
  },
})
testReferenceStore(framework, {
  async create() {
    const root = await newRoot()
    const open = (): ReturnType<typeof createReferenceStore> =>
      createReferenceStore({ root, fs, lock: createLock({ fs, path: layoutOf(root).lock }) })
    return { store: open(), again: async () => open() }
  },
})

const failed: string[] = []
for (const { name, run } of cases) {
  try {
    await run()
  } catch (error) {
    failed.push(`${name}: ${error instanceof Error ? error.stack : String(error)}`)
  }
}
await rm(folder, { recursive: true, force: true, maxRetries: 5 })
await writeFile(results, JSON.stringify({ cases: cases.length, failed }))
