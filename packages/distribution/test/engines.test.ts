import { layerStoreOn } from '@lading/layer-store'
import { createMemory, createMemoryContentStore, memoryRecords } from '@lading/content-store/memory'
import { openMemoryStore } from '@lading/store/memory'
import type { Store } from '@lading/store'
import { image } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { failure, scene } from './scene.ts'

// The same pull into stores that have no files.

const app = image('t/app:1')
  .platform('linux/amd64')
  .layer({ 'bin/sh': Buffer.alloc(300_000, 'shell') })
  .layer({ 'app/run': 'print hello' })

/** One whose ingests cannot be followed: layers are read once they are committed. */
function unfollowed(): Store {
  const memory = createMemory()
  const store = openMemoryStore({ memory })
  const contents = createMemoryContentStore(memory)
  return {
    ...store,
    contents: {
      ...contents,
      async ingest(blob, options) {
        const ingest = await contents.ingest(blob, options)
        if (ingest === undefined) return undefined
        const { begin, write, commit, close, discard } = ingest
        return {
          digest: ingest.digest,
          size: ingest.size,
          get offset() {
            return ingest.offset
          },
          get validator() {
            return ingest.validator
          },
          get source() {
            return ingest.source
          },
          begin,
          write,
          commit,
          close,
          discard,
        }
      },
    },
    layers: layerStoreOn({ records: memoryRecords(memory), contents }),
  }
}

describe.each([
  ['memory', () => openMemoryStore()],
  ['memory without a lock', () => openMemoryStore({ optimistic: true })],
  ['an engine whose downloads cannot be followed', unfollowed],
])('into %s', (_, open) => {
  it('pulls an image, and finds it up to date', async () => {
    const store = open()
    const { registry, pull, eventsOf } = await scene({ puller: { store } })
    const { layers, config } = await registry.seed(app)
    const pulled = await pull('t/app:1')
    expect(pulled).toMatchObject({ status: 'downloaded', id: config.digest })
    expect(pulled.layers.map(({ digest, diffId }) => [digest, diffId !== undefined])).toEqual(
      layers.map(({ digest }) => [digest, true]),
    )
    expect(eventsOf('layer:complete')).toHaveLength(2)
    expect((await store.images()).map(({ id }) => id)).toEqual([config.digest])
    expect((await store.check()).findings).toEqual([])
    expect(await pull('t/app:1')).toMatchObject({ status: 'up-to-date' })
  })

  it('goes on where a download was cut off', async () => {
    const { registry, pull, eventsOf } = await scene({ puller: { store: open() } })
    const { layers } = await registry.seed(app)
    registry.addFault({ on: 'blob', digest: layers[0]?.digest, nth: 1, afterBytes: 100, then: 'reset' })
    expect(await pull('t/app:1')).toMatchObject({ status: 'downloaded' })
    expect(eventsOf('layer:resume')).toMatchObject([{ offset: 100 }])
  })

  it('names nothing of an image whose layer is wrong', async () => {
    const store = open()
    const { registry, pull } = await scene({ puller: { store } })
    const { layers } = await registry.seed(app)
    registry.addFault({ on: 'blob', digest: layers[0]?.digest, afterBytes: 10, then: 'flip' })
    expect(await failure(pull('t/app:1'))).toMatchObject({ code: 'DIGEST_MISMATCH' })
    expect(await store.images()).toEqual([])
  })
})
