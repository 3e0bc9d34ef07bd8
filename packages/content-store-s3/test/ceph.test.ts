import { testContent } from '@lading/content/compliance'
import {
  createObjectContentStore,
  createObjectReferenceStore,
  objectParts,
  objectRecords,
  timesOf,
  type Objects,
} from '@lading/content-store-s3'
import type { ContentStore } from '@lading/content-store'
import { testContentStore, type ContentStoreSubject } from '@lading/content-store/compliance'
import type { Digest } from '@lading/digest'
import { imageStoreOn, type ImageStore } from '@lading/image-store'
import { testImageStore } from '@lading/image-store/compliance'
import { layerStoreOn } from '@lading/layer-store'
import { testLayerStore } from '@lading/layer-store/compliance'
import { platformOfNode } from '@lading/manifest'
import type { ReferenceStore } from '@lading/reference-store'
import { testReferenceStore } from '@lading/reference-store/compliance'
import { createStore, type Store } from '@lading/store'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { ceph, enlarged, needs } from '../../../test/support/needs.ts'
import { blobPrefix, recordKey } from '../src/layout.ts'
import { hurriedClock } from './hurried-clock.ts'
import { startCephBuckets, type CephBuckets } from './support/ceph-bucket.ts'

const times = timesOf({ pollMs: 10, flushMs: 10, beatMs: 100 })

describe('on Ceph', needs(enlarged, ...ceph), () => {
  let buckets: CephBuckets
  let stores = 0
  beforeAll(async () => {
    buckets = await startCephBuckets()
    await buckets.makeBucket('bucket')
  })
  afterAll(() => buckets?.close())

  /** The last byte: of the largest chunk, or of content that is kept in its list of chunks. */
  async function damageBlob(objects: Objects, digest: Digest): Promise<void> {
    const blob: { readonly key: string; readonly size: number }[] = []
    for await (const each of objects.list(blobPrefix(digest))) blob.push(each)
    const [largest] = blob.toSorted((one, other) => other.size - one.size)
    const bytes = await objects.get(largest?.key ?? '')
    if (largest === undefined || bytes === undefined) throw new Error('there is nothing to damage')
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    await objects.put(largest.key, bytes)
  }

  const contents: ContentStoreSubject = {
    async create() {
      const prefix = `store-${++stores}`
      const open = async (): Promise<ContentStore> =>
        createObjectContentStore({
          objects: await buckets.objects('bucket', { prefix }),
          times,
          clock: hurriedClock(),
          bounds: { chunkBytes: 64 * 1024, inlineBytes: 100 },
          patient: true,
        })
      return {
        store: await open(),
        again: open,
        damage: async (digest) => damageBlob(await buckets.objects('bucket', { prefix }), digest),
        removesInSteps: true,
      }
    },
  }
  testContentStore({ describe, it }, contents)
  testReferenceStore(
    { describe, it },
    {
      async create() {
        const prefix = `store-${++stores}`
        const open = async (): Promise<ReferenceStore> =>
          createObjectReferenceStore({ objects: await buckets.objects('bucket', { prefix }), times })
        return { store: await open(), again: open, optimistic: 'by name' }
      },
    },
  )

  testImageStore(
    { describe, it },
    {
      async create() {
        const objects = await buckets.objects('bucket', { prefix: `store-${++stores}` })
        const open = (): ImageStore => imageStoreOn(objectRecords(objects))
        return {
          store: open(),
          again: async () => open(),
          damage: (id) => objects.put(recordKey('images', id), new Uint8Array([0x7b])),
        }
      },
    },
  )

  testLayerStore(
    { describe, it },
    {
      async create(layerBounds) {
        const objects = await buckets.objects('bucket', { prefix: `store-${++stores}` })
        const records = objectRecords(objects)
        const store = createObjectContentStore({ objects, times })
        return {
          contents: store,
          layers: layerStoreOn({ records, contents: store, ...layerBounds }),
          again: async () => layerStoreOn({ records, contents: store }),
          damage: (digest) => damageBlob(objects, digest),
          damageRecord: (kind, key) => objects.put(recordKey(kind, key), new Uint8Array([0x7b])),
        }
      },
    },
  )

  testContent(
    { describe, it },
    {
      async create() {
        const prefix = `store-${++stores}`
        const open = async (): Promise<Store> =>
          createStore({
            ...objectParts({
              root: `s3://bucket/${prefix}`,
              objects: await buckets.objects('bucket', { prefix }),
              times,
              clock: hurriedClock(),
              patient: true,
              writable: () => Promise.resolve(),
              changeable: () => Promise.resolve(true),
            }),
            platform: platformOfNode('x64'),
          })
        const store = await open()
        return {
          source: store.source(),
          target: store.target(),
          async again() {
            const other = await open()
            return { source: other.source(), target: other.target() }
          },
          name: (word) => `registry.example/team/${word}:1`,
        }
      },
    },
  )
})
