import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { image, startTestRegistry } from '@lading/test-registry'
import { openMemoryStore } from '@lading/store/memory'
import { describe, expect, it } from 'vitest'
import { createTidying } from '../../src/index.ts'
import { startCache, type Kept } from '../support/cache.ts'

const hour = 3_600_000

/** Notes, without their digests. */
async function notesOf({ served }: Pick<Kept, 'served'>): Promise<readonly string[]> {
  const found: string[] = []
  for (const kind of ['content', 'proofs', 'tags', 'referrers', 'lists'])
    for await (const key of served.keys(kind)) found.push(key.replaceAll(/[0-9a-f]{64}/g, '…'))
  return found.toSorted()
}

const tidyingOf = ({
  store,
  ahead,
  busy = [],
}: {
  store: ReturnType<typeof openMemoryStore>
  ahead: number
  busy?: readonly Digest[]
}): ReturnType<typeof createTidying> =>
  createTidying({
    records: store.served,
    contents: store.contents,
    source: store.source(),
    isBusy: (digest) => busy.includes(digest),
    now: () => Date.now() + ahead,
  })

describe('notes that lead to nothing', () => {
  it('are those of a download that failed, an hour later, unless somebody asks for it', async () => {
    const store = openMemoryStore()
    await using registry = await startTestRegistry()
    const { layers } = await registry.seed(image('t/app:1').layer({ a: 'b' }))
    const digest = layers[0]!.digest
    registry.addFault({ on: 'blob', method: 'GET', then: { status: 404 } })
    await using cache = await startCache([registry.host], { store })
    expect((await cache.get(`/v2/t/app/blobs/${digest}`)).status).toBe(404)
    expect(await notesOf(store)).toEqual(['content/sha256/…', 'proofs/…/blobs/sha256/…'])
    expect(await tidyingOf({ store, ahead: 0 }).run()).toBe(0)
    expect(await tidyingOf({ store, ahead: hour - 60_000 }).run()).toBe(0)
    expect(await tidyingOf({ store, ahead: hour, busy: [digest] }).run()).toBe(1)
    expect(await notesOf(store)).toEqual(['content/sha256/…'])
    expect(await tidyingOf({ store, ahead: hour }).run()).toBe(1)
    expect(await notesOf(store)).toEqual([])
    // And it can come again.
    registry.clearFaults()
    cache.advance(11_000)
    expect((await cache.get(`/v2/t/app/blobs/${digest}`)).status).toBe(200)
    expect(await notesOf(store)).toContain('content/sha256/…')
  })

  it('are put back when somebody asks for it just then', async () => {
    const store = openMemoryStore()
    const digest = digestOf(new Uint8Array(1))
    await store.served.put(`content/${digest.replace(':', '/')}`, new Uint8Array(3))
    let looks = 0
    const tidying = createTidying({
      records: store.served,
      contents: store.contents,
      source: store.source(),
      isBusy: () => (looks += 1) > 1,
    })
    expect(await tidying.run()).toBe(0)
    expect(await store.served.get(`content/${digest.replace(':', '/')}`)).toEqual(new Uint8Array(3))
  })

  it('are what is known of content that has gone, and not of a layer whose manifest is here', async () => {
    const store = openMemoryStore()
    await using registry = await startTestRegistry()
    const { digest: manifest, layers } = await registry.seed(image('t/app:1').layer({ a: 'b' }))
    const layer = layers[0]!.digest
    await using cache = await startCache([registry.host], { store })
    for (const path of ['manifests/1', `blobs/${layer}`, 'tags/list', `referrers/${manifest}`])
      expect((await cache.get(`/v2/t/app/${path}`)).status).toBe(200)
    const all = await notesOf(store)
    expect(all).toEqual([
      'content/sha256/…',
      'content/sha256/…',
      'lists/…',
      'proofs/…/blobs/sha256/…',
      'proofs/…/blobs/sha256/…',
      'proofs/…/manifests/sha256/…',
      'referrers/…/sha256/…',
      'tags/…/…',
    ])
    const tidying = tidyingOf({ store, ahead: hour })
    expect(await tidying.run()).toBe(0)
    const evict = async (digest: Digest): Promise<void> => {
      await store.served.remove(`content/${digest.replace(':', '/')}`)
      await store.discard([digest])
    }
    await evict(layer)
    expect(await tidying.run()).toBe(0)
    expect(await notesOf(store)).toEqual(all.slice(1))
    await evict(manifest)
    expect(await tidyingOf({ store, ahead: hour - 60_000 }).run()).toBe(0)
    expect(await tidying.run()).toBe(6)
    expect(await notesOf(store)).toEqual([])
    expect((await cache.get('/v2/t/app/manifests/1')).status).toBe(200)
  })
})
