import { createHash, randomBytes } from 'node:crypto'
import { startTestRegistry, type Fault, type TestRegistry, type TestRegistryOptions } from '@lading/test-registry'
import { digestOf } from '@lading/digest/hash'
import type { Descriptor } from '@lading/manifest'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import type { BlobSource, Repository } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf } from './support/image.ts'
import { bytes, serve, sha256 } from './support/scripted-server.ts'

async function registryOf(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const registry = await startTestRegistry(options)
  onTestFinished(() => registry.close())
  return registry
}

const repositoryOf = (registry: { readonly host: string }): Repository =>
  clientOf().repository(`${registry.host}/t/app`)
const lines = (registry: TestRegistry): string[] =>
  registry.journal.requests().map(({ method, kind, status }) => `${method} ${kind} ${status ?? '-'}`)
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

describe('an upload', () => {
  it.each(sources)('of %s is one POST and one PUT', async (_what, source) => {
    const registry = await registryOf()
    expect(await repositoryOf(registry).blobs.upload(blob, source(content))).toEqual({ mounted: false })
    expect(registry.repository('t/app').blob(blob.digest)).toEqual(new Uint8Array(content))
    expect(lines(registry)).toEqual(['POST upload 202', 'PUT upload 201'])
    expect(registry.journal.requests({ method: 'PUT' })[0]?.headers).toMatchObject({
      'content-length': '300000',
      'content-type': 'application/octet-stream',
    })
  })

  it.each(sources)(
    'of %s in chunks keeps to their order and to the least the registry takes',
    async (_what, source) => {
      const registry = await registryOf({
        quirks: { chunkMinBytes: 100_000, statefulLocations: true, absoluteLocations: true },
      })
      await repositoryOf(registry).blobs.upload(blob, source(content), { chunkSize: 7 })
      expect(registry.repository('t/app').blob(blob.digest)).toEqual(new Uint8Array(content))
      expect(registry.journal.requests({ method: 'PATCH' }).map(({ headers }) => headers['content-range'])).toEqual([
        '0-99999',
        '100000-199999',
        '200000-299999',
      ])
    },
  )

  it.each(sources)('of nothing as %s is a blob too', async (_what, source) => {
    const registry = await registryOf()
    await repositoryOf(registry).blobs.upload(descriptorOf(Buffer.alloc(0)), source(Buffer.alloc(0)))
    await repositoryOf(registry).blobs.upload(descriptorOf(Buffer.alloc(0)), source(Buffer.alloc(0)), { chunkSize: 5 })
    expect(registry.repository('t/app').blobSize(sha256(''))).toBe(0)
  })

  it('may have a sha512 digest', async () => {
    const registry = await registryOf()
    const digest = `sha512:${createHash('sha512').update(content).digest('hex')}` as const
    await repositoryOf(registry).blobs.upload({ ...blob, digest }, content)
    expect(registry.repository('t/app').blobSize(digest)).toBe(content.length)
  })

  it('tells how far it is, and takes a token that allows it', async () => {
    const registry = await registryOf({
      auth: { kind: 'bearer', username: 'ann', password: 'secret', anonymous: 'nothing' },
    })
    const sent: number[] = []
    await clientOf({ credentials: async () => ({ kind: 'basic', username: 'ann', password: 'secret' }) })
      .repository(`${registry.host}/t/app`)
      .blobs.upload(blob, pieces(content), { onProgress: (count) => sent.push(count) })
    expect(sent).toEqual(Array.from({ length: 30 }, (_, index) => (index + 1) * 10_000))
    expect(lines(registry)).toEqual(['POST upload 401', 'GET token 200', 'POST upload 202', 'PUT upload 201'])
  })

  it('holds a few pieces of its source and no more, however fast the source is', async () => {
    let [given, received, ahead] = [0, 0, 0]
    const server = await serve(async (request, response) => {
      for await (const chunk of request) {
        received += (chunk as Buffer).length
        ahead = Math.max(ahead, given - received)
      }
      bytes(response, request.method === 'POST' ? 202 : 201, '', { location: '/v2/t/app/blobs/uploads/1' })
    })
    const mebibyte = new Uint8Array(1024 * 1024)
    const hash = createHash('sha256')
    for (let count = 0; count < 64; count++) hash.update(mebibyte)
    async function* fast(): AsyncGenerator<Uint8Array, void, undefined> {
      while (given < 64 * mebibyte.length) {
        given += mebibyte.length
        yield mebibyte
      }
    }
    await repositoryOf(server).blobs.upload(
      { ...blob, digest: `sha256:${hash.digest('hex')}`, size: 64 * mebibyte.length },
      fast(),
    )
    expect(received).toBe(64 * mebibyte.length)
    expect(ahead).toBeLessThan(16 * mebibyte.length)
  })
})

describe('an upload of something else', () => {
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
  ])('%s never becomes a blob, whole or in chunks, and is cancelled', async (_what, code, descriptor, source) => {
    const registry = await registryOf()
    for (const chunkSize of [undefined, 50_000]) {
      expect(await failureOf(repositoryOf(registry).blobs.upload(descriptor, source, { chunkSize }))).toMatchObject({
        code,
        facts: { digest: descriptor.digest },
      })
      expect(registry.repository('t/app').blobs()).toEqual([])
      expect(lines(registry)).toContain('DELETE upload 204')
      registry.journal.clear()
    }
  })

  it('a source that throws is told apart from the network, and cancelled', async () => {
    const registry = await registryOf()
    const why = new Error('no such file')
    async function* broken(): AsyncGenerator<Uint8Array, void, undefined> {
      yield content.subarray(0, 100_000)
      throw why
    }
    expect(await failureOf(repositoryOf(registry).blobs.upload(blob, broken()))).toMatchObject({
      code: 'SOURCE_FAILED',
      cause: why,
    })
    expect(registry.repository('t/app').blobs()).toEqual([])
    expect(lines(registry)).toContain('DELETE upload 204')
  })

  it('is refused before anything is sent when the options are none', async () => {
    const registry = await registryOf()
    const { blobs } = repositoryOf(registry)
    for (const failed of [
      blobs.upload({ ...blob, size: -1 }, content),
      blobs.upload(blob, content, { chunkSize: 0 }),
      blobs.upload(blob, content, { mount: { from: '../x' } }),
      blobs.upload({ ...blob, digest: 'sha256:../x' }, content),
    ]) {
      expect((await failureOf(failed))['code']).toMatch(/OPTION_INVALID|DIGEST_/)
    }
    expect(registry.journal.entries).toEqual([])
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
    ['a token that ran out', { on: 'upload', method: 'PUT', nth: 1, then: 'expire-token' }],
  ]
  it.each(faults)('by %s makes one attempt, and is cancelled', async (_what, fault, options) => {
    const registry = await registryOf(
      fault.then === 'expire-token' ? { auth: { kind: 'bearer', anonymous: 'everything' } } : {},
    )
    registry.addFault(fault)
    await failureOf(repositoryOf(registry).blobs.upload(blob, restartable(content), options))
    expect(registry.journal.requests().filter(({ method }) => method === fault.method)).toHaveLength(fault.nth ?? 0)
    expect(registry.journal.requests({ method: 'POST' }).filter(({ status }) => status === 202)).toHaveLength(1)
    expect(lines(registry).at(-1)).toMatch('DELETE upload')
    expect(registry.repository('t/app').blobs()).toEqual([])
  })

  it.each<[string, Fault]>([
    ['500', { on: 'upload', method: 'POST', nth: 1, then: { status: 500 } }],
    ['a lost answer', { on: 'upload', method: 'POST', nth: 1, then: 'reset' }],
  ])('goes on after %s when it is opened: that is a small request', async (_what, fault) => {
    const registry = await registryOf()
    registry.addFault(fault)
    await repositoryOf(registry).blobs.upload(blob, pieces(content))
    expect(registry.repository('t/app').blob(blob.digest)).toEqual(new Uint8Array(content))
    expect(registry.journal.requests({ method: 'POST' })).toHaveLength(2)
  })

  it('is refused for good by 401, 403 and 413, and cancelled', async () => {
    for (const [status, code] of [
      [403, 'DENIED'],
      [413, 'TOO_LARGE'],
      [400, 'UNEXPECTED_STATUS'],
    ] as const) {
      const registry = await registryOf()
      registry.addFault({ on: 'upload', method: 'PUT', then: { status, body: '' } })
      expect(await failureOf(repositoryOf(registry).blobs.upload(blob, content))).toMatchObject({ code })
      expect(lines(registry)).toEqual(['POST upload 202', `PUT upload ${status}`, 'DELETE upload 204'])
    }
  })

  it('ends with the reason of its signal, and is cancelled', async () => {
    const registry = await registryOf()
    registry.addFault({ on: 'upload', method: 'PUT', afterRequestBytes: 100_000, then: 'stall' })
    const controller = new AbortController()
    const reason = new Error('stop')
    const upload = repositoryOf(registry).blobs.upload(blob, content, {
      signal: controller.signal,
      onProgress: (sent) => sent > 100_000 && controller.abort(reason),
    })
    expect(await failureOf(upload)).toBe(reason)
    await registry.journal.waitFor({ method: 'DELETE', kind: 'upload' })
  })

  it('ends with the reason of its signal while the registry is silent about its end', async () => {
    for (const chunkSize of [undefined, 300_000]) {
      const controller = new AbortController()
      const reason = new Error('stop')
      const server = await serve((request, response) => {
        if (request.method === 'PUT') request.resume().on('end', () => controller.abort(reason))
        else
          bytes(
            response.on('error', () => undefined),
            202,
            '',
            { location: '/v2/t/app/blobs/uploads/1' },
          )
        if (request.method === 'PATCH') request.resume()
      })
      const upload = repositoryOf(server).blobs.upload(blob, content, { chunkSize, signal: controller.signal })
      expect(await failureOf(upload)).toBe(reason)
      expect(server.requests.at(-1)?.line).toBe('DELETE /v2/t/app/blobs/uploads/1')
    }
  })

  it('ends at once though its source never gives anything', async () => {
    const registry = await registryOf()
    const controller = new AbortController()
    async function* silent(): AsyncGenerator<Uint8Array, void, undefined> {
      yield content.subarray(0, 1000)
      controller.abort(new Error('stop'))
      await new Promise(() => undefined)
    }
    expect(await failureOf(repositoryOf(registry).blobs.upload(blob, silent(), { signal: controller.signal }))).toBe(
      controller.signal.reason,
    )
  })

  it('brings exactly the blob or nothing, wherever connections break', async () => {
    const registry = await registryOf()
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 5000 }),
        fc.array(fc.tuple(fc.nat(5000), fc.constantFrom<Fault['then']>('reset', { status: 500 }, { status: 416 })), {
          maxLength: 3,
        }),
        fc.option(fc.integer({ min: 1, max: 3000 }), { nil: undefined }),
        async (data, breaks, chunkSize) => {
          registry.clearFaults()
          registry.repository('t/app').deleteBlob(sha256(data))
          for (const [index, [at, then]] of breaks.entries())
            registry.addFault({
              on: 'upload',
              method: ['PUT', 'PATCH'],
              nth: index + 1,
              afterRequestBytes: at % data.length,
              then,
            })
          const error = await repositoryOf(registry)
            .blobs.upload(descriptorOf(data), restartable(data), { chunkSize })
            .then(
              () => undefined,
              (failed: unknown) => failed,
            )
          expect(registry.repository('t/app').blob(sha256(data))).toEqual(error === undefined ? data : undefined)
          expect(error === undefined || breaks.length > 0).toBe(true)
        },
      ),
      { numRuns: atScale(10, 25) },
    )
  })
})

describe('where an upload goes on', () => {
  const credentials = async (): Promise<{ kind: 'basic'; username: string; password: string }> => ({
    kind: 'basic',
    username: 'ann',
    password: 'canary',
  })
  const challenging =
    (location: () => string): Parameters<typeof serve>[0] =>
    (request, response) => {
      request.resume()
      if (request.headers.authorization === undefined)
        bytes(response, 401, '', { 'www-authenticate': 'Basic realm="x"' })
      else if (request.method === 'POST') bytes(response, 202, '', { location: location() })
      else request.on('end', () => bytes(response, 201, ''))
    }

  it('may be another origin, which sees no password (CVE-2026-50151)', async () => {
    const storage = await serve((request, response) => {
      request.resume().on('end', () => bytes(response, 201, ''))
    })
    const registry = await serve(challenging(() => `${storage.origin}/put?sig=a%20b+c&x`))
    await clientOf({ credentials }).repository(`${registry.host}/t/app`).blobs.upload(blob, content)
    expect(storage.requests).toMatchObject([
      { line: `PUT /put?sig=a%20b+c&x&digest=${encodeURIComponent(blob.digest)}` },
    ])
    expect(storage.requests[0]?.headers.authorization).toBeUndefined()
  })

  it('sees no password where it challenges for one (CVE-2026-50151)', async () => {
    const storage = await serve((request, response) => {
      request.resume().on('end', () => bytes(response, 401, '', { 'www-authenticate': 'Basic realm="give"' }))
    })
    const registry = await serve(challenging(() => `${storage.origin}/put`))
    expect(
      await failureOf(clientOf({ credentials }).repository(`${registry.host}/t/app`).blobs.upload(blob, content)),
    ).toMatchObject({ code: 'UNAUTHORIZED' })
    for (const { headers } of storage.requests) expect(headers.authorization).toBeUndefined()
  })

  it.each([
    ['http://169.254.169.254/latest'],
    ['http://metadata.google.internal/x'],
    ['file:///etc/passwd'],
    ['http://ann:secret@127.0.0.1/x'],
    ['http://[fd00:ec2::254]/'],
  ])('is not %s', async (location) => {
    const registry = await serve(challenging(() => location))
    expect(
      await failureOf(clientOf({ credentials }).repository(`${registry.host}/t/app`).blobs.upload(blob, content)),
    ).toMatchObject({ code: 'ORIGIN_REFUSED' })
    expect(registry.requests.every(({ line }) => !line.startsWith('PUT'))).toBe(true)
  })

  it.each([['http://'], ['http://[x/']])('is not %j, which is no URL', async (location) => {
    const registry = await serve(challenging(() => location))
    expect(
      await failureOf(clientOf({ credentials }).repository(`${registry.host}/t/app`).blobs.upload(blob, content)),
    ).toMatchObject({ code: 'BAD_RESPONSE' })
  })

  it('is nowhere when the registry does not say', async () => {
    const server = await serve((_request, response) => bytes(response, 202, ''))
    expect(await failureOf(repositoryOf(server).blobs.upload(blob, content))).toMatchObject({
      code: 'BAD_RESPONSE',
      message: expect.stringContaining('does not say where') as string,
    })
  })

  it('is not where a 307 leads after the blob was read: a source is not poured out twice', async () => {
    const registry = await registryOf()
    registry.addFault({ on: 'upload', method: 'PUT', then: { redirect: `${registry.cdn.url}/x` } })
    expect(await failureOf(repositoryOf(registry).blobs.upload(blob, pieces(content)))).toMatchObject({
      code: 'UNEXPECTED_STATUS',
      facts: { status: 307 },
    })
  })
})

describe('a mount', () => {
  it('takes the blob from another repository, or from any; with a token for both', async () => {
    const registry = await registryOf({
      auth: { kind: 'bearer', username: 'ann', password: 'secret', anonymous: 'nothing' },
    })
    registry.repository('t/base').putBlob(content)
    const scopes: string[] = []
    const client = clientOf({
      credentials: async () => ({ kind: 'basic', username: 'ann', password: 'secret' }),
      onEvent: (event) => event.type === 'token' && scopes.push(event.scope),
    })
    expect(await client.repository(`${registry.host}/t/app`).blobs.mount(blob.digest, { from: 't/base' })).toBe(true)
    expect(scopes).toEqual(['repository:t/app:pull,push repository:t/base:pull'])
    expect(
      await client.repository(`${registry.host}/t/two`).blobs.mount(blob.digest, { from: `${registry.host}/t/base` }),
    ).toBe(true)
    const open = await registryOf()
    open.repository('t/base').putBlob(content)
    expect(await repositoryOf(open).blobs.mount(blob.digest)).toBe(true)
    expect(registry.repository('t/app').blobs()).toEqual([blob.digest])
    expect(lines(registry).filter((line) => line.startsWith('POST'))).toEqual([
      'POST upload 401',
      'POST upload 201',
      'POST upload 201',
    ])
  })

  it('that the registry does not do leaves no upload behind', async () => {
    const registry = await registryOf({ quirks: { mounts: 'none' } })
    registry.repository('t/base').putBlob(content)
    expect(await repositoryOf(registry).blobs.mount(blob.digest, { from: 't/base' })).toBe(false)
    expect(lines(registry)).toEqual(['POST upload 202', 'DELETE upload 204'])
  })

  it('becomes an upload, in the session that was opened', async () => {
    const registry = await registryOf({ quirks: { mounts: 'from' } })
    registry.repository('t/base').putBlob(content)
    const { blobs } = repositoryOf(registry)
    expect(await blobs.upload(blob, content, { mount: {} })).toEqual({ mounted: false })
    expect(lines(registry)).toEqual(['POST upload 202', 'PUT upload 201'])
    registry.repository('t/app').deleteBlob(blob.digest)
    expect(await blobs.upload(blob, content, { mount: { from: 't/base' } })).toEqual({ mounted: true })
  })

  it('by sha512 that the registry says it did and did not becomes an upload', async () => {
    const registry = await registryOf({ profile: 'distribution-3' })
    const long: Descriptor = { ...blob, digest: digestOf(content, 'sha512') }
    await clientOf().repository(`${registry.host}/t/base`).blobs.upload(long, content)
    const { blobs } = repositoryOf(registry)
    expect(await blobs.mount(long.digest, { from: 't/base' })).toBe(false)
    expect(await blobs.upload(long, content, { mount: { from: 't/base' } })).toEqual({ mounted: false })
    expect(Buffer.from(await blobs.read(long))).toEqual(content)
    const honest = await registryOf()
    honest.repository('t/base').putBlob(content, { digest: long.digest })
    expect(await repositoryOf(honest).blobs.mount(long.digest, { from: 't/base' })).toBe(true)
  })

  it('from what we may not read becomes an upload', async () => {
    const registry = await registryOf()
    registry.addFault({ on: 'upload', method: 'POST', nth: 1, then: { status: 403 } })
    expect(await repositoryOf(registry).blobs.upload(blob, content, { mount: { from: 't/secret' } })).toEqual({
      mounted: false,
    })
    // A challenge may stand at `/v2/` alone.
    expect(lines(registry)).toEqual(['POST upload 403', 'GET ping 200', 'POST upload 202', 'PUT upload 201'])
  })
})
