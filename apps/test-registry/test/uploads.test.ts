import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { beginTurn } from '../src/routes/append.ts'
import { memoryStorage } from '../src/state/memory-storage.ts'
import type { Upload } from '../src/state/uploads.ts'
import { startTestRegistry, type TestRegistry, type TestRegistryOptions } from '../src/index.ts'
import { ask, errorCode, type Answer } from './support/http.ts'

const sha = (bytes: Uint8Array, algorithm = 'sha256'): string =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
const data = Buffer.from(Array.from({ length: 5000 }, (_, position) => (position * 7) % 251))

describe.each(['memory', 'a directory'] as const)('uploads to %s', (where) => {
  let directory: string
  let registry: TestRegistry

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'uploads-'))
  })
  afterEach(async () => {
    await registry.close()
    await rm(directory, { recursive: true })
  })

  const start = async (options: TestRegistryOptions = {}): Promise<void> => {
    registry = await startTestRegistry({ ...(where === 'memory' ? {} : { storage: { directory } }), ...options })
  }
  const open = async (query = ''): Promise<Answer> =>
    await ask(`${registry.url}/v2/t/app/blobs/uploads/${query}`, { method: 'POST' })
  const at = (answer: Answer): string => `${registry.url}${String(answer.headers.location)}`
  const patch = (url: string, bytes: Uint8Array, from?: number): Promise<Answer> =>
    ask(url, {
      method: 'PATCH',
      body: bytes,
      headers: from === undefined ? {} : { 'content-range': `${from}-${from + bytes.length - 1}` },
    })
  const put = (url: string, digest: string, bytes: Uint8Array = Buffer.alloc(0)): Promise<Answer> =>
    ask(`${url}${url.includes('?') ? '&' : '?'}digest=${digest}`, { method: 'PUT', body: bytes })

  test('expire when nobody goes on with them, by the clock', async () => {
    await start({ uploadExpiresInSeconds: 60 })
    const url = at(await open())
    registry.clock.advance(50_000)
    expect((await patch(url, data.subarray(0, 10))).status).toBe(202)
    registry.clock.advance(50_000)
    expect((await ask(url)).headers.range).toBe('0-9')
    registry.clock.advance(60_000)
    expect([(await ask(url)).status, errorCode(await ask(url))]).toEqual([404, 'BLOB_UPLOAD_UNKNOWN'])
  })

  test('say the least size of a chunk, and insist on it', async () => {
    await start({ quirks: { chunkMinBytes: 1000 } })
    const session = await open()
    expect(session.headers['oci-chunk-min-length']).toBe('1000')
    const first = await patch(at(session), data.subarray(0, 1000), 0)
    expect(
      (await put(at(await patch(at(first), data.subarray(1000, 1500), 1000)), sha(data.subarray(0, 1500)))).status,
    ).toBe(201)
    const other = await patch(at(await open()), data.subarray(0, 500), 0)
    const refused = await patch(at(other), data.subarray(500, 2000), 500)
    expect([refused.status, errorCode(refused)]).toEqual([400, 'SIZE_INVALID'])
  })

  test('are hashed as the client says, or as the digest says', async () => {
    await start()
    for (const query of ['?digest-algorithm=sha512', '']) {
      const digest = sha(data, 'sha512')
      const first = await patch(at(await open(query)), data.subarray(0, 2000))
      expect((await put(at(first), digest, data.subarray(2000))).status).toBe(201)
      expect((await ask(`${registry.url}/v2/t/app/blobs/${digest}`)).body).toEqual(data)
    }
    const refused = await open('?digest-algorithm=md5')
    expect([refused.status, errorCode(refused)]).toEqual([400, 'DIGEST_INVALID'])
  })

  test('with a wrong digest can be closed again with the right one', async () => {
    await start()
    const first = await patch(at(await open()), data.subarray(0, 2000))
    expect((await put(at(first), sha(Buffer.from('other')), data.subarray(2000))).status).toBe(400)
    expect((await ask(at(first))).headers.range).toBe('0-1999')
    expect((await put(at(first), sha(data), data.subarray(2000))).status).toBe(201)
    expect((await ask(`${registry.url}/v2/t/app/blobs/${sha(data)}`)).body).toEqual(data)
  })

  test('whose length lies keep what was there before', async () => {
    await start()
    const first = await patch(at(await open()), data.subarray(0, 2000), 0)
    const lie = await ask(at(first), {
      method: 'PATCH',
      body: data.subarray(2000, 2100),
      headers: { 'content-range': '2000-2999' },
    })
    expect([lie.status, errorCode(lie)]).toEqual([400, 'SIZE_INVALID'])
    expect((await put(at(first), sha(data), data.subarray(2000))).status).toBe(201)
  })

  test('resume while the connection that died still hangs', async () => {
    await start()
    const session = await open()
    const path = String(session.headers.location)
    const dead = await halfOpen(registry.port, path, data.subarray(0, 1000))
    await until(async () => (await ask(at(session))).headers.range === '0-999')
    expect((await patch(at(session), data.subarray(1000, 2000), 1000)).headers.range).toBe('0-1999')
    // The old request wakes up once more: it comes too late.
    dead.write(data.subarray(1000, 1500))
    expect((await put(at(session), sha(data), data.subarray(2000))).status).toBe(201)
    expect((await ask(`${registry.url}/v2/t/app/blobs/${sha(data)}`)).body).toEqual(data)
    dead.destroy()
  })

  test('are limited in number', async () => {
    await start({ maxUploads: 2 })
    const first = await open()
    await open()
    expect([(await open()).status, errorCode(await open())]).toEqual([429, 'TOOMANYREQUESTS'])
    expect(registry.repository('t/app').uploads()).toHaveLength(2)
    expect(registry.repository('t/other').uploads()).toEqual([])
    await ask(at(first), { method: 'DELETE' })
    expect(registry.repository('t/app').uploads()).toHaveLength(1)
    expect((await open()).status).toBe(202)
  })

  test('leave nothing when one POST is refused', async () => {
    await start({ maxUploads: 1 })
    expect(
      (
        await ask(`${registry.url}/v2/t/app/blobs/uploads/?digest=${sha(Buffer.from('x'))}`, {
          method: 'POST',
          body: data,
        })
      ).status,
    ).toBe(400)
    expect(
      (await ask(`${registry.url}/v2/t/app/blobs/uploads/?digest=${sha(data)}`, { method: 'POST', body: data })).status,
    ).toBe(201)
  })

  test('of a registry whose locations change are lost with an old one', async () => {
    await start({ quirks: { statefulLocations: true } })
    const session = await open()
    await patch(at(session), data.subarray(0, 1000))
    expect((await patch(at(session), data.subarray(1000))).status).toBe(404)
    expect((await ask(at(session))).status).toBe(404)
  })
})

test('a new request waits for the write of the one before it', async () => {
  let written = (): void => {}
  const writing = new Promise<void>((resolve) => (written = resolve))
  const receiver = memoryStorage(1000).receive('sha256')
  const upload: Upload = { id: 'x', repository: 't/app', receiver, turn: 0, writing, usedAt: 0, hasLast: false }
  const turn = beginTurn(upload)
  await receiver.write(Buffer.alloc(10))
  written()
  expect(await turn).toMatchObject({ number: 1, before: { size: 10 } })
})

test('memory is full at a limit, and has room again after a delete', async () => {
  await using registry = await startTestRegistry({ maxStoredBytes: 8000 })
  const push = (bytes: Uint8Array): Promise<Answer> =>
    ask(`${registry.url}/v2/t/app/blobs/uploads/?digest=${sha(bytes)}`, { method: 'POST', body: bytes })
  expect((await push(data)).status).toBe(201)
  expect((await push(data)).status).toBe(507)
  const mounted = await ask(`${registry.url}/v2/t/other/blobs/uploads/?mount=${sha(data)}`, { method: 'POST' })
  expect(mounted.status).toBe(201)
  await ask(`${registry.url}/v2/t/app/blobs/${sha(data)}`, { method: 'DELETE' })
  expect((await push(data.subarray(1))).status).toBe(507)
  await ask(`${registry.url}/v2/t/other/blobs/${sha(data)}`, { method: 'DELETE' })
  expect((await push(data)).status).toBe(201)
})

async function halfOpen(port: number, path: string, bytes: Uint8Array): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('connect', resolve))
  socket.write(`PATCH ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 5000\r\n\r\n`)
  socket.write(bytes)
  return socket
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve))
}
