import { createHash, randomBytes } from 'node:crypto'
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Descriptor } from '@lading/manifest'
import { createRegistryClient, type BlobSource, type Repository } from '@lading/registry-client'
import { startTestRegistry, type Fault, type TestRegistry, type TestRegistryOptions } from '@lading/test-registry'
import { createTransfers } from '@lading/transfer'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { uploadBlob, type UploadBlobOptions, type UploadOutcome } from '../src/index.ts'
import { failure, instantClock } from './scene.ts'

async function registryOf(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const registry = await startTestRegistry(options)
  onTestFinished(() => registry.close())
  return registry
}

function repositoryOf({ host }: { readonly host: string }, name = 't/app'): Repository {
  const client = createRegistryClient({ clock: instantClock() })
  onTestFinished(() => client.close())
  return client.repository(`${host}/${name}`)
}

const upload = (
  to: { readonly host: string },
  source: BlobSource,
  options: UploadBlobOptions = {},
): Promise<UploadOutcome> => uploadBlob(repositoryOf(to), blob, source, { clock: instantClock(), ...options })
const lines = (registry: TestRegistry): string[] =>
  registry.journal.requests().map(({ method, kind, status }) => `${method} ${kind} ${status ?? '-'}`)

function descriptorOf(bytes: Uint8Array): Descriptor {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}` as const
  return { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest, size: bytes.byteLength }
}
const content = randomBytes(300_000)
const blob = descriptorOf(content)

async function* pieces(from: Uint8Array, length = 10_000): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < from.byteLength; at += length) yield from.subarray(at, at + length)
}
const restartable =
  (from: Uint8Array) =>
  (offset: number): AsyncIterable<Uint8Array> =>
    pieces(from.subarray(offset))
const sources: [string, (from: Uint8Array) => BlobSource][] = [
  ['bytes', (from) => from],
  ['an iterable', (from) => pieces(from)],
  ['a function', restartable],
]

/** A server whose answers are the test's. */
async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Promise<{ readonly host: string; readonly requests: readonly string[] }> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url?.split('?')[0]}`)
    void answer(request, response)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => {
      server.close(resolve)
    })
  })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}
const reply = (response: ServerResponse, status: number, headers: Record<string, string> = {}): void =>
  void response.writeHead(status, { 'content-length': '0', ...headers }).end()
const session = { location: '/v2/t/app/blobs/uploads/1' }

/** A proxy that takes requests of so many bytes at most, as nginx does. */
async function inFrontOf(
  { host: behind }: { readonly host: string },
  { most }: { readonly most: number },
): Promise<{ readonly host: string; readonly sent: readonly { method: string; length: number }[] }> {
  const sent: { method: string; length: number }[] = []
  const { host } = await serve((request, response) => {
    const { method = '', url = '', headers } = request
    const length = Number(headers['content-length'] ?? 0)
    if (length > 0) sent.push({ method, length })
    if (length > most) {
      request.resume()
      response.writeHead(413, { 'content-type': 'text/html' }).end('<h1>413</h1>')
      return
    }
    const [name = '', port = ''] = behind.split(':')
    const onward = send({ host: name, port, method, path: url, headers: { ...headers, host: behind } }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  return { host, sent }
}

describe('uploading a blob', () => {
  it.each(sources)('of %s is a look, a POST and a PUT, and nothing more the second time', async (_what, source) => {
    const registry = await registryOf()
    expect(await upload(registry, source(content))).toBe('uploaded')
    expect(registry.repository('t/app').blob(blob.digest)).toEqual(new Uint8Array(content))
    expect(lines(registry)).toEqual([
      'HEAD blob 404',
      'GET ping 200',
      'GET blob 404',
      'POST upload 202',
      'PUT upload 201',
    ])
    registry.journal.clear()
    expect(await upload(registry, source(content))).toBe('here')
    expect(lines(registry)).toEqual(['HEAD blob 200'])
  })

  it.each(sources)('of nothing as %s is a blob too', async (_what, source) => {
    const registry = await registryOf()
    const nothing = descriptorOf(Buffer.alloc(0))
    const outcome = await uploadBlob(repositoryOf(registry), nothing, source(Buffer.alloc(0)))
    expect(outcome).toBe('uploaded')
    expect(registry.repository('t/app').blobSize(nothing.digest)).toBe(0)
  })

  it('mounts it where the registry has it elsewhere, and does not touch the source', async () => {
    const registry = await registryOf()
    registry.repository('t/base').putBlob(content)
    const untouched = (): never => {
      throw new Error('it was read')
    }
    const mount = [{ host: registry.host, repository: 't/base' }]
    expect(await upload(registry, untouched, { mount })).toBe('mounted')
    expect(registry.repository('t/app').blobs()).toEqual([blob.digest])
  })

  it('tells how far it is, and joins one that runs in the same transfers', async () => {
    const registry = await registryOf()
    const transfers = createTransfers({ limit: 1, clock: instantClock() })
    onTestFinished(() => transfers.close())
    const sent: number[] = []
    const untouched = (): never => {
      throw new Error('it was read')
    }
    const both = await Promise.all([
      upload(registry, pieces(content), { transfers, onProgress: (taken) => sent.push(taken) }),
      uploadBlob(repositoryOf(registry), blob, untouched, { transfers }),
    ])
    expect(both).toEqual(['uploaded', 'uploaded'])
    expect(sent).toEqual(Array.from({ length: 30 }, (_, index) => (index + 1) * 10_000))
    expect(registry.journal.requests({ method: 'PUT' })).toHaveLength(1)
  })

  it.each<[string, string, Descriptor, BlobSource]>([
    [
      'another content',
      'DIGEST_MISMATCH',
      blob,
      restartable(Buffer.concat([content.subarray(0, -1), Buffer.from([~(content.at(-1) ?? 0) & 255])])),
    ],
    ['less', 'SIZE_MISMATCH', { ...blob, size: blob.size + 1 }, content],
    ['more', 'SIZE_MISMATCH', { ...blob, size: blob.size - 1 }, restartable(content)],
    ['something for an empty blob', 'SIZE_MISMATCH', descriptorOf(Buffer.alloc(0)), content],
    ['nothing', 'SIZE_MISMATCH', blob, new Uint8Array(0)],
  ])('that is %s is tried once, never becomes a blob, and is cancelled', async (_what, code, descriptor, source) => {
    const registry = await registryOf()
    for (const chunkSize of [undefined, 50_000]) {
      const uploading = uploadBlob(repositoryOf(registry), descriptor, source, { chunkSize, clock: instantClock() })
      expect(await failure(uploading)).toMatchObject({ code, facts: { digest: descriptor.digest } })
      expect(registry.repository('t/app').blobs()).toEqual([])
      expect(registry.journal.requests({ method: 'POST' })).toHaveLength(1)
      expect(lines(registry)).toContain('DELETE upload 204')
      registry.journal.clear()
    }
  })

  it('whose source throws is told apart from the network, not tried again, and cancelled', async () => {
    const registry = await registryOf()
    const why = new Error('no such file')
    async function* broken(): AsyncGenerator<Uint8Array, void, undefined> {
      yield content.subarray(0, 100_000)
      throw why
    }
    for (const source of [broken(), broken]) {
      expect(await failure(upload(registry, source))).toMatchObject({ code: 'SOURCE_FAILED', cause: why })
      expect(registry.journal.requests({ method: 'POST' })).toHaveLength(1)
      expect(lines(registry).at(-1)).toBe('DELETE upload 204')
      registry.journal.clear()
    }
    expect(registry.repository('t/app').blobs()).toEqual([])
  })

  it('is refused before anything is sent when the arguments are none', async () => {
    const registry = await registryOf()
    const repository = repositoryOf(registry)
    for (const failed of [
      uploadBlob(repository, { ...blob, size: -1 }, content),
      uploadBlob(repository, { ...blob, digest: 'sha256:../x' }, content),
      uploadBlob(repository, blob, content, { chunkSize: 0 }),
    ])
      expect((await failure(failed)).code).toMatch(/OPTION_INVALID|DIGEST_/)
    expect(registry.journal.entries).toEqual([])
  })

  it('ends with what its listener throws, and is cancelled', async () => {
    const registry = await registryOf()
    const wrong = new Error('the listener is wrong')
    const onProgress = (): never => {
      throw wrong
    }
    expect(await failure(upload(registry, pieces(content), { onProgress }))).toBe(wrong)
    expect(lines(registry).at(-1)).toBe('DELETE upload 204')
  })
})

describe('an upload that fails on the way', () => {
  const faults: [string, Fault, { readonly chunkSize?: number }?][] = [
    ['a reset in the middle', { on: 'upload', method: 'PUT', nth: 1, afterRequestBytes: 100_000, then: 'reset' }],
    ['500 in the middle', { on: 'upload', method: 'PUT', nth: 1, afterRequestBytes: 100_000, then: { status: 500 } }],
    [
      '503 in the middle of a chunk',
      { on: 'upload', method: 'PATCH', nth: 2, afterRequestBytes: 30_000, then: { status: 503 } },
      { chunkSize: 100_000 },
    ],
    [
      'a reset in the middle of a chunk',
      { on: 'upload', method: 'PATCH', nth: 2, afterRequestBytes: 30_000, then: 'reset' },
      { chunkSize: 100_000 },
    ],
    ['429', { on: 'upload', method: 'PUT', nth: 1, then: { status: 429, retryAfter: 3 } }],
    ['416 to a chunk', { on: 'upload', method: 'PATCH', nth: 2, then: { status: 416 } }, { chunkSize: 100_000 }],
    [
      'a session that expired',
      {
        on: 'upload',
        method: 'PATCH',
        nth: 2,
        then: { status: 404, body: { errors: [{ code: 'BLOB_UPLOAD_UNKNOWN' }] } },
      },
      { chunkSize: 100_000 },
    ],
    [
      'an upload that the registry calls invalid',
      {
        on: 'upload',
        method: 'PUT',
        nth: 1,
        then: { status: 400, body: { errors: [{ code: 'BLOB_UPLOAD_INVALID' }] } },
      },
    ],
    [
      'a repository that is not known for a moment',
      { on: 'upload', method: 'PATCH', nth: 2, then: { status: 404, body: { errors: [{ code: 'NAME_UNKNOWN' }] } } },
      { chunkSize: 100_000 },
    ],
    ['500 when it is opened', { on: 'upload', method: 'POST', nth: 1, then: { status: 500 } }],
    ['a lost answer when it is opened', { on: 'upload', method: 'POST', nth: 1, then: 'reset' }],
    [
      'a bit that is wrong on the way',
      { on: 'upload', method: 'PATCH', nth: 3, afterRequestBytes: 10, then: 'reset' },
      { chunkSize: 60_000 },
    ],
    [
      'a chunk of which the registry says that it took half',
      { on: 'upload', method: 'PATCH', nth: 1, then: { headers: { range: '0-49999' } } },
      { chunkSize: 100_000 },
    ],
  ]
  it.each(faults)('goes on after %s', async (_what, fault, options) => {
    const registry = await registryOf()
    registry.addFault(fault)
    await upload(registry, restartable(content), options)
    expect(registry.repository('t/app').blob(blob.digest)).toEqual(new Uint8Array(content))
    expect(registry.journal.requests().some(({ faults: hit }) => hit.length > 0)).toBe(true)
  })

  it('sends only what the registry does not have, and tells that it tries again', async () => {
    const registry = await registryOf()
    registry.addFault({ on: 'upload', method: 'PUT', nth: 1, afterRequestBytes: 200_000, then: 'reset' })
    const retries: number[] = []
    await upload(registry, content, { onRetry: ({ attempt }) => retries.push(attempt) })
    expect(lines(registry)).toEqual([
      'HEAD blob 404',
      'GET ping 200',
      'GET blob 404',
      'POST upload 202',
      'PUT upload -',
      'GET upload 204',
      'PATCH upload 202',
      'PUT upload 201',
    ])
    const first = Number(registry.journal.requests({ method: 'PATCH' })[0]?.headers['content-range']?.split('-')[0])
    expect(first).toBeGreaterThanOrEqual(65_536)
    expect(retries).toEqual([1])
  })

  it('opens its source at the offset that the registry has', async () => {
    const registry = await registryOf()
    registry.addFault({ on: 'upload', method: 'PATCH', nth: 2, then: 'reset' })
    const opened: number[] = []
    const source = (offset: number): AsyncIterable<Uint8Array> => {
      opened.push(offset)
      return pieces(content.subarray(offset))
    }
    await upload(registry, source, { chunkSize: 100_000 })
    expect(opened).toEqual([0, 200_000])
  })

  it('is done when the answer to its end was lost', async () => {
    for (const chunkSize of [undefined, 100_000]) {
      const registry = await registryOf()
      registry.addFault({ on: 'upload', method: 'PUT', nth: 1, afterBytes: 0, then: 'reset' })
      registry.addFault({
        on: 'upload',
        method: 'PUT',
        nth: 1,
        then: 'reset',
        afterRequestBytes: chunkSize === undefined ? content.length : 0,
      })
      expect(await upload(registry, content, { chunkSize })).toBe('uploaded')
      expect(registry.repository('t/app').blob(blob.digest)).toEqual(new Uint8Array(content))
    }
  })

  it('is done when it was stored and nobody said so: the blob is asked for', async () => {
    const stored: Buffer[] = []
    const server = await serve(async (request, response) => {
      for await (const chunk of request) stored.push(chunk as Buffer)
      if (request.method === 'POST') reply(response, 202, session)
      else if (request.method === 'PUT') request.socket.destroy()
      else if (request.method === 'HEAD' && stored.length > 0)
        response.writeHead(200, { 'content-length': String(content.length) }).end()
      else reply(response, 404)
    })
    expect(await upload(server, pieces(content))).toBe('uploaded')
    expect(Buffer.concat(stored).equals(content)).toBe(true)
    expect(server.requests).toEqual([
      `HEAD /v2/t/app/blobs/${blob.digest}`,
      'GET /v2/',
      `GET /v2/t/app/blobs/${blob.digest}`,
      'POST /v2/t/app/blobs/uploads/',
      'PUT /v2/t/app/blobs/uploads/1',
      'GET /v2/t/app/blobs/uploads/1',
      `HEAD /v2/t/app/blobs/${blob.digest}`,
    ])
  })

  it('goes on with a source that can be read once when nothing of it was lost', async () => {
    for (const length of [10_000, 7_001]) {
      const registry = await registryOf()
      // The chunk is there, and its answer is not.
      registry.addFault({ on: 'upload', method: 'PATCH', nth: 2, afterBytes: 0, then: 'reset' })
      registry.addFault({ on: 'upload', method: 'PUT', nth: 1, then: { status: 503 } })
      await upload(registry, pieces(content, length), { chunkSize: 100_000 })
      expect(registry.repository('t/app').blob(blob.digest)).toEqual(new Uint8Array(content))
    }
  })

  it('says what to do when something of a source that can be read once was lost, and cancels', async () => {
    const registry = await registryOf()
    registry.addFault({ on: 'upload', method: 'PUT', nth: 1, afterRequestBytes: 100_000, then: 'reset' })
    expect(await failure(upload(registry, pieces(content)))).toMatchObject({
      code: 'UPLOAD_FAILED',
      hint: expect.stringContaining('function') as string,
      cause: { code: 'CONNECTION_LOST' },
    })
    expect(lines(registry).at(-1)).toBe('DELETE upload 204')
  })

  it('says so too when a token ran out while such a source was read', async () => {
    const registry = await registryOf({ auth: { kind: 'bearer', anonymous: 'everything' } })
    registry.addFault({ on: 'upload', method: 'PUT', nth: 1, then: 'expire-token' })
    expect(await failure(upload(registry, pieces(content)))).toMatchObject({
      code: 'UPLOAD_FAILED',
      hint: expect.stringContaining('function') as string,
    })
    registry.clearFaults()
    registry.addFault({ on: 'upload', method: 'PUT', nth: 1, then: 'expire-token' })
    await upload(registry, content)
  })

  it('is not kept going by a registry that takes a few bytes each time', async () => {
    let has = 0
    const server = await serve((request, response) => {
      request.resume()
      if (request.method === 'HEAD') reply(response, 404)
      else if (request.method === 'POST') reply(response, 202, session)
      else if (request.method === 'GET') reply(response, 204, { range: `0-${(has += 10)}` })
      else request.on('end', () => reply(response, request.method === 'DELETE' ? 204 : 500))
    })
    expect(await failure(upload(server, content))).toMatchObject({ code: 'UNEXPECTED_STATUS' })
    expect(server.requests.filter((line) => /^P(UT|ATCH)/.test(line))).toHaveLength(5)
  })

  it('is tried more often than five times while it gets further', async () => {
    const large = randomBytes(16 * 65_536)
    const descriptor = descriptorOf(large)
    const registry = await registryOf()
    for (let nth = 2; nth <= 16; nth += 2)
      registry.addFault({ on: 'upload', method: 'PATCH', nth, then: { status: 503 } })
    await uploadBlob(repositoryOf(registry), descriptor, large, { chunkSize: 2 * 65_536, clock: instantClock() })
    expect(registry.repository('t/app').blobSize(descriptor.digest)).toBe(large.length)
    expect(
      registry.journal.requests({ method: 'PATCH' }).filter(({ status }) => status === 503).length,
    ).toBeGreaterThan(5)
  })

  it('gives up after five attempts without progress, and cancels', async () => {
    const registry = await registryOf()
    registry.addFault({ on: 'upload', method: 'PUT', then: { status: 502 } })
    expect(await failure(upload(registry, content))).toMatchObject({
      code: 'UNEXPECTED_STATUS',
      facts: { status: 502 },
    })
    expect(registry.journal.requests({ method: 'PUT' })).toHaveLength(5)
    expect(lines(registry).at(-1)).toBe('DELETE upload 204')
  })

  it('does not repeat what was repeated: a registry that opens none is asked five times, not twenty-five', async () => {
    const registry = await registryOf()
    registry.addFault({ on: 'upload', method: 'POST', then: { status: 503 } })
    expect(await failure(upload(registry, content))).toMatchObject({ facts: { status: 503 } })
    expect(registry.journal.requests({ method: 'POST' })).toHaveLength(5)
  })

  it('begins anew, once, where the registry had other bytes than it said', async () => {
    const registry = await registryOf({ quirks: { chunkOrder: false } })
    registry.addFault({ on: 'upload', method: 'PUT', nth: 1, afterRequestBytes: 200_000, then: 'reset' })
    registry.addFault({ on: 'upload', method: 'GET', nth: 1, then: { headers: { range: '0-9999' } } })
    registry.addFault({ on: 'upload', method: 'PATCH', then: { headers: { range: null } } })
    await upload(registry, content)
    expect(registry.repository('t/app').blob(blob.digest)).toEqual(new Uint8Array(content))
    expect(registry.journal.requests({ method: 'PUT' }).map(({ status }) => status)).toEqual([undefined, 400, 201])
  })

  it('goes in smaller requests where one was too large, half each time, and ends where they can be no smaller', async () => {
    const registry = await registryOf()
    const front = await inFrontOf(registry, { most: 80_000 })
    expect(await upload(front, content)).toBe('uploaded')
    expect(registry.repository('t/app').blob(blob.digest)).toEqual(new Uint8Array(content))
    const lengths = front.sent.filter(({ method }) => method !== 'POST').map(({ length }) => length)
    expect(lengths).toEqual([300_000, 150_000, 75_000, 75_000, 75_000, 75_000])

    const narrow = await inFrontOf(registry, { most: 20_000 })
    const other = repositoryOf(narrow, 't/other')
    const failed = failure(uploadBlob(other, blob, content, { clock: instantClock() }))
    expect(await failed).toMatchObject({ code: 'TOO_LARGE', facts: { status: 413 } })
  })

  it('is refused for good by 401, 403 and 400, and cancelled', async () => {
    for (const [status, code] of [
      [403, 'DENIED'],
      [400, 'UNEXPECTED_STATUS'],
    ] as const) {
      const registry = await registryOf()
      registry.addFault({ on: 'upload', method: 'PUT', then: { status, body: '' } })
      expect(await failure(upload(registry, content))).toMatchObject({ code })
      expect(lines(registry)).toEqual([
        'HEAD blob 404',
        'GET ping 200',
        'GET blob 404',
        'POST upload 202',
        `PUT upload ${status}`,
        'DELETE upload 204',
      ])
    }
  })

  it('ends with the reason of its signal, when it is cancelled at the registry', async () => {
    for (const [method, chunkSize] of [
      ['PUT', undefined],
      ['PATCH', 150_000],
    ] as const) {
      const registry = await registryOf()
      registry.addFault({ on: 'upload', method, afterRequestBytes: 100_000, then: 'stall' })
      const controller = new AbortController()
      const reason = new Error('stop')
      const uploading = upload(registry, content, {
        chunkSize,
        signal: controller.signal,
        onProgress: (taken) => taken > 100_000 && controller.abort(reason),
      })
      expect(await failure(uploading)).toBe(reason)
      expect(registry.journal.requests({ method: 'DELETE', kind: 'upload' })).toHaveLength(1)
    }
  })

  it('ends at once though its source never gives anything', async () => {
    const registry = await registryOf()
    for (const again of [false, true]) {
      const controller = new AbortController()
      async function* silent(): AsyncGenerator<Uint8Array, void, undefined> {
        yield content.subarray(0, 1000)
        controller.abort(new Error('stop'))
        await new Promise(() => undefined)
      }
      expect(await failure(upload(registry, again ? silent : silent(), { signal: controller.signal }))).toBe(
        controller.signal.reason,
      )
    }
  })

  it('that the registry refuses ends at once, though its source never gives any more', async () => {
    const server = await serve((request, response) => {
      if (request.method === 'POST') return reply(response, 202, session)
      if (request.method === 'PUT') return void request.once('data', () => reply(response, 403))
      return reply(response, 404)
    })
    async function* silent(): AsyncGenerator<Uint8Array, void, undefined> {
      yield content.subarray(0, 1000)
      await new Promise(() => undefined)
    }
    for (const source of [silent, silent()])
      expect(await failure(upload(server, source))).toMatchObject({ code: 'DENIED', facts: { status: 403 } })
  })

  it('brings exactly the blob wherever connections break', async () => {
    const registry = await registryOf()
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 5000 }),
        fc.array(fc.tuple(fc.nat(5000), fc.constantFrom<Fault['then']>('reset', { status: 500 }, { status: 416 })), {
          maxLength: 3,
        }),
        fc.option(fc.integer({ min: 1, max: 3000 }), { nil: undefined }),
        async (data, breaks, chunkSize) => {
          const descriptor = descriptorOf(data)
          registry.clearFaults()
          registry.repository('t/app').deleteBlob(descriptor.digest)
          for (const [index, [at, then]] of breaks.entries())
            registry.addFault({
              on: 'upload',
              method: ['PUT', 'PATCH'],
              nth: index + 1,
              afterRequestBytes: at % data.length,
              then,
            })
          await uploadBlob(repositoryOf(registry), descriptor, restartable(data), { chunkSize, clock: instantClock() })
          expect(registry.repository('t/app').blob(descriptor.digest)).toEqual(data)
        },
      ),
      { numRuns: atScale(10, 25) },
    )
  })
})
