import {
  createMemory,
  createMemoryContentStore,
  memoryFiles,
  memoryLeases,
  type Memory,
} from '@lading/content-store/memory'
import { isLadingError } from '@lading/errors'
import { createMemoryImageStore } from '@lading/image-store/memory'
import { createMemoryLayerStore } from '@lading/layer-store/memory'
import { parseReference } from '@lading/reference'
import { createMemoryReferenceStore } from '@lading/reference-store/memory'
import { openMemoryStore } from '@lading/store/memory'
import { describe, expect, it } from 'vitest'
import { createStore, type Finding, type Parts, type Store } from '../src/index.ts'
import { documentOf, image, index, linux, type TestImage } from './support/image.ts'
import { fetch, pull } from './support/pull.ts'

const app = image(['base', 'app'])
const arm = image(['arm', 'app'], { platform: linux('arm64') })
const blobsOf = ({ manifest, config, layers }: TestImage) => [manifest, config, ...layers].map((one) => one.descriptor)

/** What somebody gives who writes an engine. */
function partsIn(memory: Memory): Parts {
  return {
    root: memory.id,
    contents: createMemoryContentStore(memory),
    layers: createMemoryLayerStore(memory),
    images: createMemoryImageStore(memory),
    references: createMemoryReferenceStore({ memory, optimistic: true }),
    leases: memoryLeases(memory),
    platform: linux('amd64'),
    now: async () => Date.now(),
    files: () => memoryFiles(memory),
    writable: () => Promise.resolve(),
    changeable: () => Promise.resolve(true),
  }
}

/** A pull with a lease, that begins again as long as others are faster. */
async function deliver(store: Store, name: string, what: TestImage): Promise<void> {
  const delivery = await store.target().begin()
  await delivery.hold(blobsOf(what).map(({ digest }) => digest))
  const { descriptor: target } = what.manifest
  await despiteOthers(async () => {
    await fetch(store, what)
    return (await delivery.publish({ target, names: [name], documents: [what.manifest] })).outcome !== 'missing'
  })
  await delivery.finish()
}

/** Of names and content: the layers of these tests are no archives. */
async function findingsIn(store: Store): Promise<readonly Finding[]> {
  return (await store.check()).findings.filter(({ kind }) => kind !== 'record-wrong')
}

/** Again and again, until it says that it is done. */
async function despiteOthers(step: () => Promise<boolean>): Promise<void> {
  for (;;) {
    try {
      if (await step()) return
    } catch (error) {
      if (!isLadingError(error, 'LOCK_LOST') && !isLadingError(error, 'LAYER_PARENT_UNKNOWN')) throw error
    }
  }
}

describe.each([
  ['with a lock', false],
  ['without one', true],
])('a store in memory, %s', (_, optimistic) => {
  it('has every verb', async () => {
    const memory = createMemory()
    const store = openMemoryStore({ memory, optimistic, platform: linux('amd64') })
    const both = index([
      [app, linux('amd64')],
      [arm, linux('arm64')],
    ])
    await pull(store, 'app:1', both, [app, arm])
    await store.tag('app:1', parseReference('app:2'))
    expect((await store.images()).map(({ tag, id }) => [tag, id])).toEqual([
      ['1', app.id],
      ['2', app.id],
    ])
    expect((await store.inspect('app:1', { platform: linux('arm64') })).id).toBe(arm.id)
    expect(await findingsIn(store)).toEqual([])
    expect((await store.usage()).unnamed).toEqual({ files: 0, bytes: 0 })
    expect((await store.remove('app:1')).untagged).toEqual(['app:1'])
    expect(memory.blobs.size).toBe(7 + 1)
    expect((await store.remove('app:2')).deleted).toContain(app.id)
    expect(memory.blobs.size).toBe(0)
    expect(await store.images()).toEqual([])
  })

  it('finds damage', async () => {
    const memory = createMemory()
    const store = openMemoryStore({ memory, optimistic })
    await pull(store, 'app:1', app)
    const [, , layer] = blobsOf(app)
    memory.blobs.set(layer?.digest ?? app.id, { bytes: new Uint8Array(layer?.size ?? 0), modifiedMs: 1 })
    expect(await findingsIn(store)).toMatchObject([{ kind: 'blob-damaged', digest: layer?.digest }])
  })

  it('keeps the law with many writers, removals and prunes at once', async () => {
    const memory = createMemory()
    const open = (): Store => openMemoryStore({ memory, optimistic })
    const images = Array.from({ length: 6 }, (__, at) => image(['base', `layer ${at % 3}`], { encoding: `${at % 2}` }))
    const remove = async (name: string): Promise<boolean> => {
      await open()
        .remove(name)
        .catch((error: unknown) => {
          if (!isLadingError(error, 'IMAGE_UNKNOWN')) throw error
        })
      return true
    }
    const prune = async (): Promise<boolean> => {
      await open().prune({ minAgeMs: 0 })
      return true
    }
    await Promise.all([
      ...images.map((each, at) => deliver(open(), `registry.example/app:${at % 4}`, each)),
      ...[0, 1].map((at) => despiteOthers(() => remove(`registry.example/app:${at}`))),
      ...[0, 1, 2].map(() => despiteOthers(prune)),
    ])
    const store = open()
    const named = await store.images({
      onDamaged: ({ error }) => {
        throw error
      },
    })
    expect(named.map(({ tag }) => tag)).toEqual(expect.arrayContaining(['2', '3']))
    for (const { target } of named) expect(await store.present(target)).toBe(true)
    expect(await findingsIn(store)).toEqual([])
    await store.prune({ minAgeMs: 0 })
    for (const { target } of await store.images()) expect(await store.present(target)).toBe(true)
  })
})

describe('an engine whose removals come in two steps', () => {
  it('is told before the second what is needed again, and gives it back', async () => {
    const memory = createMemory()
    const parts = partsIn(memory)
    const target = documentOf(app).descriptor
    const name = parseReference('registry.example/app:1')
    let named = 0
    const store = createStore({
      ...parts,
      contents: {
        ...parts.contents,
        async emptyTrash(options) {
          // Somebody who had looked for the blobs before they were removed, and is late with the name.
          if (named++ === 0) await parts.references.update((names) => void names.set(name, target))
          return parts.contents.emptyTrash(options)
        },
      },
    })
    await pull(store, 'registry.example/app:1', app)
    await store.remove('registry.example/app:1')
    expect(named).toBe(1)
    expect(await store.present(target)).toBe(true)
    for (const { digest } of blobsOf(app)) await store.contents.verify(digest)
    await store.remove('registry.example/app:1')
    expect(memory.blobs.size).toBe(0)
  })

  it('gives back what a lease has taken again', async () => {
    const memory = createMemory()
    const parts = partsIn(memory)
    const target = documentOf(app).descriptor
    const store = createStore({
      ...parts,
      contents: {
        ...parts.contents,
        async emptyTrash(options) {
          await (await parts.leases.acquire()).hold([target.digest])
          return parts.contents.emptyTrash(options)
        },
      },
    })
    await pull(store, 'registry.example/app:1', app)
    const { leftovers } = await store.prune({ select: () => true, minAgeMs: 0 })
    expect(leftovers.trash.bytes).toBe(0)
    expect([...memory.blobs.keys()]).toEqual([target.digest])
  })
})
