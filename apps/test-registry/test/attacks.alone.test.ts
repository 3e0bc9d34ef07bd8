import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { image, startTestRegistry, type TestRegistry, type TestRegistryOptions } from '../src/index.ts'
import { isRepositoryName } from '../src/names.ts'
import { layoutOf } from '../src/state/directory/layout-paths.ts'
import { ask, askRaw, errorCode } from './support/http.ts'

const mebibyte = 1024 * 1024
let registry: TestRegistry
afterEach(() => registry?.close())

const start = async (options: TestRegistryOptions = {}): Promise<void> => {
  registry = await startTestRegistry({ images: [image('t/app:1').randomLayer(100_000)], ...options })
}
const isUp = async (): Promise<boolean> => (await ask(`${registry.url}/v2/`)).status === 200

/** Writes a request's head and then blocks of zeros until everything is sent or the other side ends. Bytes that left. */
function flood(head: string, blocks: number): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(registry.port, '127.0.0.1')
    const block = Buffer.from(`${mebibyte.toString(16)}\r\n${'x'.repeat(mebibyte)}\r\n`)
    let left = 0
    const end = (): void => {
      left = blocks
      socket.destroy()
      resolve(socket.bytesWritten - socket.writableLength)
    }
    socket.on('error', end)
    socket.on('end', end)
    socket.on('close', end)
    socket.resume()
    const pump = (): void => {
      while (left < blocks) {
        left += 1
        if (!socket.write(block)) {
          socket.once('drain', pump)
          return
        }
      }
    }
    socket.once('connect', () => {
      socket.write(head)
      pump()
    })
  })
}

const ended = (socket: Socket): Promise<void> => new Promise((resolve) => socket.resume().once('close', resolve))

describe('more than there is room for', () => {
  test('a manifest of a gigabyte is refused after the limit and a grace, not after a gigabyte', async () => {
    await start()
    const bytes = await flood(
      'PUT /v2/t/app/manifests/big HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n',
      1024,
    )
    // 4 MiB, 16 of grace, and what two sockets hold.
    expect(bytes).toBeLessThan(64 * mebibyte)
    const [entry] = registry.journal.requests({ kind: 'manifest', method: 'PUT' })
    expect(entry?.status).toBe(413)
    expect(await isUp()).toBe(true)
  })

  test('a blob without end is refused at its limit, in memory and on disk', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'attacks-'))
    for (const storage of [undefined, { directory }]) {
      await start({ maxBlobBytes: 8 * mebibyte, storage })
      const session = await ask(`${registry.url}/v2/t/app/blobs/uploads/`, { method: 'POST' })
      const bytes = await flood(
        `PATCH ${String(session.headers.location)} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n`,
        1024,
      )
      expect(bytes).toBeLessThan(64 * mebibyte)
      expect((await ask(`${registry.url}${String(session.headers.location)}`)).headers.range).toBe('0-0')
      await registry.close()
    }
    expect(await readdir(join(directory, 't/app'))).not.toContain('_uploads')
    await rm(directory, { recursive: true })
  })

  test('nested documents, long heads and many tags are client errors', async () => {
    await start()
    const put = (body: string, query = ''): ReturnType<typeof ask> =>
      ask(`${registry.url}/v2/t/app/manifests/x${query}`, {
        method: 'PUT',
        body,
        headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
      })
    const nested = await put(`{"config":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`)
    expect([nested.status, errorCode(nested)]).toEqual([400, 'MANIFEST_INVALID'])
    expect((await put('{}', `?${'tag=t&'.repeat(15_000)}`)).status).toBe(431)
    expect((await ask(`${registry.url}/v2/`, { headers: { 'x-long': 'x'.repeat(100_000) } })).status).toBe(431)
    expect(await isUp()).toBe(true)
  })

  test('a small piece at a time costs no more than the pieces', async () => {
    await start({ maxBlobBytes: 10 * mebibyte })
    const session = await ask(`${registry.url}/v2/t/app/blobs/uploads/`, { method: 'POST' })
    const before = process.memoryUsage().arrayBuffers
    await askRaw(
      registry.port,
      `PATCH ${String(session.headers.location)} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(20_000)}0\r\n\r\n`,
    )
    expect((await ask(`${registry.url}${String(session.headers.location)}`)).headers.range).toBe('0-19999')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * mebibyte)
  })
})

describe('slowness', () => {
  test('a head that does not come to its end is cut off', async () => {
    await start({ patienceMs: 100 })
    const socket = connect(registry.port, '127.0.0.1', () => socket.write('GET /v2/ HTTP/1.1\r\nhost: '))
    socket.on('error', () => {})
    await ended(socket)
    expect(await isUp()).toBe(true)
  })

  test('a body that stops coming is cut off, and what came of an upload stays', async () => {
    await start({ patienceMs: 100 })
    const session = await ask(`${registry.url}/v2/t/app/blobs/uploads/`, { method: 'POST' })
    const path = String(session.headers.location)
    const socket = connect(registry.port, '127.0.0.1', () =>
      socket.write(`PATCH ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n12345`),
    )
    socket.on('error', () => {})
    await ended(socket)
    await registry.journal.waitFor({ method: 'PATCH' })
    expect((await ask(`${registry.url}${path}`)).headers.range).toBe('0-4')
  })

  test('a registry that is slow itself waits for nobody in vain', async () => {
    // The registry reads slower than the client may be silent: that is no silence of the client's.
    await start({
      patienceMs: 100,
      faults: [{ on: 'upload', method: 'PUT', then: { requestBytesPerSecond: 400_000 } }],
    })
    const session = await ask(`${registry.url}/v2/t/app/blobs/uploads/`, { method: 'POST' })
    const answer = await ask(`${registry.url}${String(session.headers.location)}?digest=sha256:${'0'.repeat(64)}`, {
      method: 'PUT',
      body: Buffer.alloc(200_000),
    })
    expect(errorCode(answer)).toBe('DIGEST_INVALID')
  })

  test('readers that never read keep others from nothing', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'attacks-'))
    await start({ storage: { directory } })
    const app = await registry.seed(image('t/big:1').randomLayer(8 * mebibyte))
    const path = `/v2/t/big/blobs/${app.layers[0]!.digest}`
    const idle = await Promise.all(
      Array.from({ length: 40 }, () => {
        const socket = connect(registry.port, '127.0.0.1').pause()
        socket.on('error', () => {})
        return new Promise<Socket>((resolve) =>
          socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`, () => resolve(socket)),
        )
      }),
    )
    while (registry.journal.requests({ kind: 'blob' }).filter(({ bytesSent }) => bytesSent > 0).length < idle.length)
      await new Promise((resolve) => setImmediate(resolve))
    expect((await ask(`${registry.url}${path}`)).body.length).toBe(app.layers[0]!.size)
    for (const socket of idle) socket.destroy()
    await registry.close()
    await rm(directory, { recursive: true })
  })
})

describe('names', () => {
  const component = fc.oneof(
    fc.constantFrom('blobs', 'index.json', 'oci-layout', 'con', 'a', 'sha256', '_blobs', '..', '.', ''),
    fc.stringMatching(/^[a-z0-9]{1,4}$/),
  )

  test('lead into the directory and nowhere else, and no two to the same place', () => {
    const name = fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
    fc.assert(
      fc.property(name, name, (one, other) => {
        fc.pre(isRepositoryName(one) && isRepositoryName(other))
        const [first, second] = [layoutOf('/root', one), layoutOf('/root', other)]
        expect(relative('/root', first).split(sep)).not.toContain('..')
        expect(first === second).toBe(one === other)
        // Nor into the layout of another: below it there are only its own three.
        expect(['blobs', 'index.json', 'oci-layout'].some((own) => `${second}/`.startsWith(`${first}/${own}/`))).toBe(
          false,
        )
      }),
    )
  })

  test.each(['t%2fapp', '..%2f..%2fetc', 't/app/../../etc', '_uploads', 't/_blobs', 't/.hidden', 'C:', 't\\app'])(
    '%s makes nothing in the directory',
    async (name) => {
      const directory = await mkdtemp(join(tmpdir(), 'attacks-'))
      registry = await startTestRegistry({ storage: { directory } })
      await askRaw(
        registry.port,
        `PUT /v2/${name}/manifests/1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/vnd.oci.image.index.v1+json\r\ncontent-length: 16\r\n\r\n{"manifests":[]}`,
      )
      const made = await readdir(directory)
      await registry.close()
      await rm(directory, { recursive: true })
      // A slash may be written either way; it is the same name.
      expect(made).toEqual(name === 't%2fapp' ? ['t'] : [])
    },
  )
})

test('requests that are sent before their answers all get theirs, in order', async () => {
  await start()
  const answers = await askRaw(
    registry.port,
    `${'GET /v2/t/app/tags/list HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(3)}GET /v2/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
  )
  expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(4)
  expect(answers.endsWith('{}')).toBe(true)
})

test('a fault on a request that waits for its turn lets the one before it have its answer', async () => {
  await start({ faults: [{ on: 'tags', nth: 2, then: 'close' }] })
  const answers = await askRaw(registry.port, 'GET /v2/t/app/tags/list HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(2))
  expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(1)
})
