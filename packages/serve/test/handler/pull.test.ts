import { image, index, schema1, startTestRegistry } from '@lading/test-registry'
import { openMemoryStore } from '@lading/store/memory'
import { digestOf } from '@lading/digest/hash'
import { describe, expect, it } from 'vitest'
import { startCache } from '../support/cache.ts'

const app = image('t/app:1').layer({ 'etc/motd': 'hello' })
const bytesOf = async (response: Response): Promise<Uint8Array> => new Uint8Array(await response.arrayBuffer())

describe('a pull through the cache', () => {
  it('gives manifest and blobs, and asks the upstream for each once', async () => {
    await using registry = await startTestRegistry()
    const manifest = await registry.seed(app)
    const { layers } = manifest
    await using cache = await startCache([registry.host])
    const layer = layers[0]!
    for (let turn = 0; turn < 2; turn++) {
      const got = await cache.get('/v2/t/app/manifests/1')
      expect(got.status).toBe(200)
      expect(got.headers.get('content-type')).toBe(manifest.mediaType)
      expect(got.headers.get('docker-content-digest')).toBe(manifest.digest)
      expect(digestOf(await bytesOf(got))).toBe(manifest.digest)
      const blob = await cache.get(`/v2/t/app/blobs/${layer.digest}`)
      expect(blob.status).toBe(200)
      expect(digestOf(await bytesOf(blob))).toBe(layer.digest)
    }
    registry.journal.assertFetchedOnce(layer.digest)
    expect(registry.journal.manifest('1').requests.map(({ method }) => method)).toEqual(['HEAD'])
    expect(registry.journal.manifest(manifest.digest).requests.map(({ method }) => method)).toEqual(['GET'])
    expect(cache.events.filter(({ type }) => type === 'hit')).toHaveLength(2)
  })

  it('answers the base, HEAD, ranges and conditions', async () => {
    await using registry = await startTestRegistry()
    const manifest = await registry.seed(app)
    const { layers } = manifest
    const layer = layers[0]!
    await using cache = await startCache([registry.host])
    expect((await cache.get('/v2/')).status).toBe(200)
    const head = await cache.get('/v2/t/app/manifests/1', { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), head.headers.get('etag')]).toEqual([
      200,
      String(manifest.bytes.length),
      `"${manifest.digest}"`,
    ])
    const unchanged = await cache.get('/v2/t/app/manifests/1', { headers: { 'if-none-match': `"${manifest.digest}"` } })
    expect([unchanged.status, await unchanged.text()]).toEqual([304, ''])
    // Nobody needed the manifest.
    expect(registry.journal.requests({ kind: 'manifest', method: 'GET' })).toEqual([])

    const path = `/v2/t/app/blobs/${layer.digest}`
    const blobHead = await cache.get(path, { method: 'HEAD', headers: { range: 'bytes=0-1' } })
    expect([blobHead.status, blobHead.headers.get('content-length')]).toEqual([200, String(layer.bytes.length)])
    expect(registry.journal.requests({ kind: 'blob', method: 'GET' })).toEqual([])
    // While it comes, and when it is here.
    for (let turn = 0; turn < 2; turn++) {
      const part = await cache.get(path, { headers: { range: 'bytes=2-5' } })
      expect([part.status, part.headers.get('content-range'), part.headers.get('content-length')]).toEqual([
        206,
        `bytes 2-5/${layer.bytes.length}`,
        '4',
      ])
      expect(await bytesOf(part)).toEqual(new Uint8Array(layer.bytes.subarray(2, 6)))
    }
    const beyond = await cache.get(path, { headers: { range: `bytes=${layer.bytes.length}-` } })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${layer.bytes.length}`])
    expect(await beyond.json()).toMatchObject({ errors: [{ code: 'RANGE_INVALID' }] })
    expect((await cache.get(path, { headers: { 'if-none-match': `"${layer.digest}"` } })).status).toBe(304)
    registry.journal.assertFetchedOnce(layer.digest)
  })

  it('goes on after a restart with what is kept, also with nobody to ask', async () => {
    const store = openMemoryStore()
    const registry = await startTestRegistry()
    const manifest = await registry.seed(app)
    const { layers } = manifest
    const layer = layers[0]!
    {
      await using cache = await startCache([registry.host], { store })
      await (await cache.get('/v2/t/app/manifests/1')).text()
      await (await cache.get(`/v2/t/app/blobs/${layer.digest}`)).text()
    }
    await registry.close()
    await using cache = await startCache([registry.host], { store, offline: true })
    expect((await cache.get('/v2/t/app/manifests/1')).headers.get('docker-content-digest')).toBe(manifest.digest)
    expect(digestOf(await bytesOf(await cache.get(`/v2/t/app/manifests/${manifest.digest}`)))).toBe(manifest.digest)
    expect(digestOf(await bytesOf(await cache.get(`/v2/t/app/blobs/${layer.digest}`)))).toBe(layer.digest)
    expect(await (await cache.get('/v2/t/app/tags/list')).json()).toEqual({ name: 't/app', tags: ['1'] })
    for (const path of [
      '/v2/t/app/manifests/2',
      '/v2/t/other/tags/list',
      `/v2/t/app/blobs/${digestOf(new Uint8Array(1))}`,
    ])
      expect((await cache.get(path)).status).toBe(404)
  })

  it('keeps what it brought from collection, and lets it go with its note', async () => {
    const store = openMemoryStore()
    await using registry = await startTestRegistry()
    const { layers } = await registry.seed(app)
    await using cache = await startCache([registry.host], { store })
    await (await cache.get('/v2/t/app/manifests/1')).text()
    await (await cache.get(`/v2/t/app/blobs/${layers[0]!.digest}`)).text()
    expect(await store.usage()).toMatchObject({ served: { files: 2 }, unnamed: { files: 0 } })
    expect((await store.prune({ minAgeMs: 0 })).content.files).toBe(0)
    for await (const key of store.served.keys('content')) await store.served.remove(key)
    expect((await store.prune({ minAgeMs: 0 })).content.files).toBe(2)
    // And fetches it again.
    expect((await cache.get(`/v2/t/app/blobs/${layers[0]!.digest}`)).status).toBe(200)
  })

  it('of schema 1 says that it is, and is not there for a client with other mirrors', async () => {
    await using registry = await startTestRegistry()
    await registry.seed(schema1('t/old:1').layer({ a: 'b' }))
    await using cache = await startCache([registry.host])
    expect((await cache.get('/v2/t/old/manifests/1', { method: 'HEAD' })).status).toBe(404)
    const refused = await cache.get('/v2/t/old/manifests/1')
    const { errors } = (await refused.json()) as { errors: { code: string; message: string; detail: string }[] }
    expect([refused.status, errors[0]]).toEqual([
      404,
      {
        code: 'MANIFEST_UNKNOWN',
        message: expect.stringContaining('schema 1') as string,
        detail: expect.stringContaining('--allow-schema1') as string,
      },
    ])
  })

  it('of an index fetches the children that are asked for', async () => {
    await using registry = await startTestRegistry()
    const amd = image().layer({ 'etc/motd': 'amd64' })
    const arm = image().platform('linux/arm64').layer({ 'etc/motd': 'arm64' })
    const both = await registry.seed(index('t/multi:1').add(amd).add(arm))
    await using cache = await startCache([registry.host])
    await (await cache.get('/v2/t/multi/manifests/1')).text()
    const [first, second] = both.manifests
    expect(digestOf(await bytesOf(await cache.get(`/v2/t/multi/manifests/${first!.digest}`)))).toBe(first!.digest)
    expect(registry.journal.manifest(second!.digest).requests).toEqual([])
  })
})

describe('which repository has what', () => {
  it('is proved before content is served that is here for another one', async () => {
    await using registry = await startTestRegistry()
    const manifest = await registry.seed(app)
    const { layers } = manifest
    await registry.seed(image('t/other:1').layer({ 'etc/motd': 'other' }))
    const layer = layers[0]!
    await using cache = await startCache([registry.host])
    await (await cache.get('/v2/t/app/manifests/1')).text()
    await (await cache.get(`/v2/t/app/blobs/${layer.digest}`)).text()
    for (const path of [`blobs/${layer.digest}`, `manifests/${manifest.digest}`]) {
      const refused = await cache.get(`/v2/t/other/${path}`)
      expect([refused.status, await refused.json()]).toEqual([404, { errors: [expect.objectContaining({})] }])
      const asked = registry.journal.requests({ repository: 't/other' }).length
      // The answer is remembered for a while.
      expect((await cache.get(`/v2/t/other/${path}`)).status).toBe(404)
      expect(registry.journal.requests({ repository: 't/other' })).toHaveLength(asked)
    }
    // A manifest is no blob, nor a blob a manifest.
    expect((await cache.get(`/v2/t/app/manifests/${layer.digest}`)).status).toBe(404)
  })

  it('is what the upstream says by HEAD, where no manifest was served', async () => {
    await using registry = await startTestRegistry()
    const { layers } = await registry.seed(app)
    const layer = layers[0]!
    await using cache = await startCache([registry.host])
    expect(digestOf(await bytesOf(await cache.get(`/v2/t/app/blobs/${layer.digest}`)))).toBe(layer.digest)
    expect(registry.journal.blob(layer.digest).requests.map(({ method }) => method)).toEqual(['HEAD', 'GET'])
  })

  it('is kept apart by upstream, by name alone or by ns', async () => {
    await using one = await startTestRegistry()
    await using two = await startTestRegistry()
    await one.seed(image('t/app:1').layer({ 'etc/motd': 'one' }))
    const manifest = await two.seed(image('t/app:1').layer({ 'etc/motd': 'two' }))
    await using cache = await startCache([one.host, two.host])
    const byDefault = await cache.get('/v2/t/app/manifests/1')
    const byPath = await cache.get(`/v2/${two.host}/t/app/manifests/1`)
    const byNamespace = await cache.get(`/v2/t/app/manifests/1?ns=${two.host}`)
    expect(byDefault.headers.get('docker-content-digest')).not.toBe(manifest.digest)
    expect([byPath, byNamespace].map(({ headers }) => headers.get('docker-content-digest'))).toEqual([
      manifest.digest,
      manifest.digest,
    ])
    expect([byDefault, byNamespace].map(({ headers }) => headers.get('oci-namespace'))).toEqual([null, two.host])
    expect((await cache.get('/v2/t/app/manifests/1?ns=unlisted.test')).status).toBe(404)
  })
})
