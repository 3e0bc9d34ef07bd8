import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { LadingError } from '@lading/errors'
import { parseReference } from '@lading/reference'
import { createRegistryClient } from '@lading/registry-client'
import { image, startTestRegistry } from '@lading/test-registry'
import { openMemoryStore } from '@lading/store/memory'
import { describe, expect, it } from 'vitest'
import { registryUpstream } from '../../src/index.ts'
import { startCache, type Cache } from '../support/cache.ts'

/** What comes back until the connection ends or the answer is there. */
async function raw(cache: Cache, text: string): Promise<string> {
  const socket = connect(cache.port, '127.0.0.1')
  socket.end(text.replaceAll('\n', '\r\n'))
  let answer = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk))
  await once(socket, 'close')
  return answer
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

describe('a request', () => {
  it('that writes, has a body or comes from elsewhere is refused before anybody is asked', async () => {
    await using cache = await startCache(['127.0.0.1:1'])
    const host = `Host: ${cache.host}\nConnection: close\n`
    const statuses = new Map<string, number>([
      [`POST /v2/a/blobs/uploads/ HTTP/1.1\n${host}Content-Length: 0\n\n`, 405],
      [`PUT /v2/a/manifests/1 HTTP/1.1\n${host}Content-Length: 2\n\n{}`, 405],
      [`GET /v2/ HTTP/1.1\n${host}Content-Length: 2\n\n{}`, 400],
      [`GET /v2/ HTTP/1.1\n${host}Transfer-Encoding: chunked\n\n0\n\n`, 400],
      [`GET /v2/ HTTP/1.1\n${host}Transfer-Encoding: chunked\nContent-Length: 3\n\n0\n\n`, 400],
      [`GET http://${cache.host}/v2/ HTTP/1.1\n${host}\n`, 400],
      [`GET /v2/ HTTP/1.1\nHost: rebound.test\n\n`, 421],
      [`GET /v2/ HTTP/1.1\n${host}Origin: http://evil.test\n\n`, 403],
      [`GET /v2/a/manifests/%2e%2e HTTP/1.1\n${host}\n`, 400],
      [`GET /v2/ HTTP/1.1\n${host}\n`, 200],
    ])
    for (const [text, status] of statuses)
      expect([text, (await raw(cache, text)).slice(9, 12)]).toEqual([text, String(status)])
    expect(cache.events.filter(({ type }) => type === 'upstream')).toEqual([])
    expect(cache.events.filter(({ type }) => type === 'refused')).toHaveLength(8)
  })

  it('that comes back to the server that sent it is a loop', async () => {
    await using two = await startCache(['127.0.0.1:1'], { via: 'cache-of-this-test' })
    // The same server by another name: its client says who it is.
    await using one = await startCache([two.host], { via: 'cache-of-this-test' })
    const looped = await one.get('/v2/a/manifests/1')
    expect(looped.status).toBe(508)
    expect(two.events).toContainEqual(expect.objectContaining({ type: 'refused', status: 508 }))
  })

  it('that comes back to the server that sent it through another one is a loop', async () => {
    const port = await freePort()
    await using one = await startCache([`127.0.0.1:${port}`], { via: 'one' })
    await using two = await startCache([one.host], { via: 'two', port })
    for (const path of ['manifests/1', `blobs/sha256:${'0'.repeat(64)}`])
      expect((await one.get(`/v2/a/${path}`)).status).toBe(508)
    expect(one.events).toContainEqual(expect.objectContaining({ type: 'refused', status: 508 }))
    expect(two.events).not.toContainEqual(expect.objectContaining({ type: 'refused' }))
  })

  it('that has passed too many servers is a loop of servers that do not say who they are', async () => {
    await using registry = await startTestRegistry()
    await registry.seed(image('t/app:1').layer({ a: 'a' }))
    await using cache = await startCache([registry.host], { via: 'one' })
    const status = async (hops: number): Promise<number> =>
      (
        await cache.get('/v2/t/app/manifests/1', {
          headers: { via: Array.from({ length: hops }, () => '1.1 x').join(', ') },
        })
      ).status
    expect([await status(16), await status(17)]).toEqual([200, 508])
    const sent = registry.journal.requests().map(({ headers }) => String(headers['via']).split(', '))
    for (const via of sent) expect(via).toEqual([...Array.from({ length: 16 }, () => '1.1 x'), '1.1 one'])
  })

  it('passes nothing of its client on to an upstream', async () => {
    await using registry = await startTestRegistry()
    await registry.seed(image('t/app:1').layer({ 'etc/motd': 'hello' }))
    await using cache = await startCache([registry.host])
    const headers = { authorization: 'Basic c2VjcmV0OnNlY3JldA==', cookie: 'a=b', 'x-own': 'own' }
    const got = await cache.get('/v2/t/app/manifests/1', { headers })
    expect(got.status).toBe(200)
    const sent = registry.journal.requests().flatMap((request) => Object.keys(request.headers))
    expect(sent.filter((name) => ['authorization', 'cookie', 'x-own'].includes(name.toLowerCase()))).toEqual([])
  })

  it('has what came by credentials only while they are given', async () => {
    await using registry = await startTestRegistry()
    const built = await registry.seed(image('t/app:1').layer({ 'etc/motd': 'hello' }))
    const store = openMemoryStore()
    const client = createRegistryClient()
    const start = (withCredentials: boolean, offline = false): Promise<Cache> =>
      startCache([registry.host], {
        store,
        offline,
        upstreams: [registryUpstream(client, { host: registry.host, withCredentials })],
      })
    const paths = [
      'manifests/1',
      `manifests/${built.digest}`,
      `blobs/${built.layers[0]?.digest}`,
      'tags/list',
      `referrers/${built.digest}`,
    ].map((path) => `/v2/t/app/${path}`)
    const statuses = async (cache: Cache): Promise<readonly number[]> =>
      Promise.all(paths.map(async (path) => (await cache.get(path)).status))
    {
      await using cache = await start(true)
      for (const path of paths) expect((await cache.get(path)).status).toBe(200)
    }
    await using again = await start(true, true)
    expect(await statuses(again)).toEqual([200, 200, 200, 200, 200])
    await using anonymous = await start(false, true)
    expect(await statuses(anonymous)).toEqual([404, 404, 404, 404, 404])
    // What is pinned stays all the same.
    const pinned = parseReference(`${registry.host}/t/app:1`)
    expect(await anonymous.known(pinned)).toMatchObject({ digest: built.digest })
    await client.close()
  })

  it('at which the server itself fails is told in its log, and to its client no more than that', async () => {
    await using registry = await startTestRegistry()
    const { layers } = await registry.seed(image('t/app:1').layer({ 'etc/motd': 'hello' }))
    const store = openMemoryStore()
    const source = store.source()
    const failing = { ...source, send: () => Promise.reject(new LadingError('PERMISSION', 'open /secret/path')) }
    await using cache = await startCache([registry.host], { store: { ...store, source: () => failing } })
    const got = await cache.get(`/v2/t/app/blobs/${layers[0]!.digest}`)
    expect(got.status).toBe(500)
    expect(await got.text()).not.toContain('/secret')
    expect(cache.events).toContainEqual(
      expect.objectContaining({ type: 'failed', code: 'PERMISSION', message: 'open /secret/path' }),
    )
  })

  it('whose client leaves disturbs nobody, and is told as cut', async () => {
    await using registry = await startTestRegistry({ bytesPerSecond: 400_000 })
    const { layers } = await registry.seed(
      image('t/app:1').layer({ big: 'x'.repeat(300_000) }, { compression: 'none' }),
    )
    await using cache = await startCache([registry.host])
    const path = `/v2/t/app/blobs/${layers[0]!.digest}`
    const leaving = new AbortController()
    const left = await cache.get(path, { signal: leaving.signal })
    const staying = cache.get(path).then((response) => response.arrayBuffer())
    await left.body?.getReader().read()
    leaving.abort()
    expect((await staying).byteLength).toBe(layers[0]!.size)
    registry.journal.assertFetchedOnce(layers[0]!.digest)
    expect(cache.events).toContainEqual(expect.objectContaining({ type: 'request', kind: 'blob', cut: true }))
  })

  it('for a small blob that is wrong at its upstream is told so, and nothing of it is kept', async () => {
    await using registry = await startTestRegistry()
    const { layers } = await registry.seed(image('t/app:1').layer({ 'etc/motd': 'hello' }))
    registry.addFault({ on: 'blob', method: 'GET', then: 'flip' })
    const store = openMemoryStore()
    await using cache = await startCache([registry.host], { store })
    const got = await cache.get(`/v2/t/app/blobs/${layers[0]!.digest}`)
    expect([got.status, await got.json()]).toEqual([
      502,
      { errors: [expect.objectContaining({ message: expect.stringContaining('DIGEST_MISMATCH') as unknown })] },
    ])
    expect(await store.contents.stat(layers[0]!.digest)).toBeUndefined()
  })

  it('for a large one gets no whole answer', async () => {
    await using registry = await startTestRegistry()
    const text = Array.from({ length: 30_000 }, (_, at) => at).join()
    const { layers } = await registry.seed(image('t/app:1').layer({ big: text }, { compression: 'none' }))
    registry.addFault({ on: 'blob', method: 'GET', then: 'flip' })
    await using cache = await startCache([registry.host])
    const got = await cache.get(`/v2/t/app/blobs/${layers[0]!.digest}`)
    await expect(got.arrayBuffer()).rejects.toThrow('terminated')
    expect(cache.events.findLast(({ type }) => type === 'request')).toMatchObject({ status: 200, cut: true })
  })
})
