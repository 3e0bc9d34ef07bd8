import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestRegistry, type TestRegistry } from '../src/index.ts'
import { ask, askRaw, json } from './support/http.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await startTestRegistry({ control: { hosts: ['registry.example:80', 'mapped:1234'] } })
})
afterAll(() => registry.close())

const knock = async (headers: Record<string, string>, path = '/_lading/api/faults'): Promise<number> =>
  (await ask(`${registry.url}${path}`, { headers })).status

describe('the control API answers to the registry’s own host', () => {
  test.each([
    () => `127.0.0.1:${registry.port}`,
    () => `localhost:${registry.port}`,
    () => `LOCALHOST:${registry.port}`,
    () => `[::1]:${registry.port}`,
    () => 'registry.example',
    () => 'registry.example:80',
    () => 'mapped:1234',
  ])('%s', async (host) => {
    expect(await knock({ host: host() })).toBe(200)
  })

  test.each([
    () => 'evil.example',
    () => `evil.example:${registry.port}`,
    () => `127.0.0.1.evil.example:${registry.port}`,
    () => '127.0.0.1',
    () => 'localhost',
    () => `10.0.0.1:${registry.port}`,
    () => `user@127.0.0.1:${registry.port}`,
    () => `127.0.0.1:${registry.port}/x`,
    () => 'mapped',
  ])('and not to %s', async (host) => {
    expect(await knock({ host: host() })).toBe(403)
    expect(await knock({ host: host() }, '/_lading/')).toBe(403)
  })

  test('a request without a host gets no answer', async () => {
    expect(await askRaw(registry.port, 'GET /_lading/api/faults HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 403/)
  })
})

describe('a web page elsewhere', () => {
  test.each<Record<string, string>>([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:1' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('gets nothing: %j', async (headers) => {
    const answer = await ask(`${registry.url}/_lading/api/faults`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{"on":"any","then":"reset"}',
    })
    expect([answer.status, (json(answer)['error'] as { code: string }).code]).toEqual([403, 'FOREIGN_ORIGIN'])
    expect(await knock(headers, '/_lading/')).toBe(403)
    expect(await knock(headers, '/_lading/api/journal/events')).toBe(403)
    expect(registry.faults()).toEqual([])
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })

  test('the registry’s own page may', async () => {
    expect(await knock({ origin: registry.url, 'sec-fetch-site': 'same-origin' })).toBe(200)
    expect(await knock({ host: `localhost:${registry.port}`, origin: `http://localhost:${registry.port}` })).toBe(200)
    expect(await knock({ host: `localhost:${registry.port}`, origin: registry.url })).toBe(403)
    expect(await knock({ 'sec-fetch-site': 'none' })).toBe(200)
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])(
    'nor can a form speak JSON: %s',
    async (type) => {
      const answer = await ask(`${registry.url}/_lading/api/faults`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: '{"on":"any","then":"reset"}',
      })
      expect([answer.status, registry.faults()]).toEqual([415, []])
    },
  )
})

describe('bodies and methods', () => {
  const post = (body: string | Uint8Array, path = 'faults') =>
    ask(`${registry.url}/_lading/api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body,
    })

  test('a body beyond the limit is 413 and the connection ends', async () => {
    for (const [path, size] of [
      ['faults', 1024 * 1024 + 1],
      ['images', 32 * 1024 * 1024 + 1],
    ] as const) {
      const answer = await post(Buffer.alloc(size, ' '), path)
      expect([answer.status, answer.headers.connection]).toEqual([413, 'close'])
    }
  })

  test.each(['', '{', 'undefined', '\u0000'])('a body that is no JSON is 400: %j', async (body) => {
    expect((await post(body)).status).toBe(400)
  })

  test('a body that is no UTF-8 is 400', async () => {
    expect((await post(Uint8Array.of(34, 255, 34))).status).toBe(400)
  })

  test('a client that leaves in the middle of a body harms nobody', async () => {
    const socket = connect(registry.port, '127.0.0.1')
    socket.write(
      `POST /_lading/api/faults HTTP/1.1\r\nhost: 127.0.0.1:${registry.port}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
    )
    await new Promise<void>((resolve) => socket.once('ready', () => socket.end(() => resolve())))
    expect(await knock({})).toBe(200)
  })

  test('another method is 405 and says which there are', async () => {
    const answer = await ask(`${registry.url}/_lading/api/clock`, { method: 'DELETE' })
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, POST'])
  })
})

test('control: false leaves nothing of it', async () => {
  await using plain = await startTestRegistry({ control: false })
  for (const path of ['/_lading/', '/_lading/api', '/_lading/api/faults'])
    expect((await ask(`${plain.url}${path}`)).status).toBe(404)
  expect(plain.journal.entries).toHaveLength(3)
})

test('over https the origin is https', async () => {
  await using secure = await startTestRegistry({ tls: true })
  const status = async (origin: string): Promise<number> =>
    (await ask(`${secure.url}/_lading/api`, { headers: { origin }, ca: secure.ca })).status
  expect([await status(secure.url), await status(secure.url.replace('https', 'http'))]).toEqual([200, 403])
})

test('with both schemes on one port, each is an origin of its own', async () => {
  await using both = await startTestRegistry({ tls: true, alsoPlainHttp: true })
  const plain = both.url.replace('https', 'http')
  const status = async (url: string, origin: string): Promise<number> =>
    (await ask(`${url}/_lading/api`, { headers: { origin }, ca: both.ca })).status
  expect([await status(plain, plain), await status(plain, both.url), await status(both.url, plain)]).toEqual([
    200, 403, 403,
  ])
})

test('a body that never comes keeps nothing open', async () => {
  await using hasty = await startTestRegistry({ patienceMs: 50 })
  const socket = connect(hasty.port, '127.0.0.1')
  socket.write(
    `POST /_lading/api/faults HTTP/1.1\r\nhost: ${hasty.host}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
  )
  socket.on('error', () => undefined)
  await new Promise<void>((resolve) => socket.once('close', () => resolve()))
  expect(hasty.faults()).toEqual([])
})

test('the second origin has no control API', async () => {
  expect((await ask(`${registry.cdn.url}/_lading/api`)).status).toBe(403)
  expect(registry.journal.requests({ origin: 'cdn' })).toHaveLength(1)
})
