import { randomBytes } from 'node:crypto'
import { sendBytes, type Delivery, type Receiver } from '@lading/content'
import { startTestRegistry, type Fault, type TestRegistry, type TestRegistryOptions } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Repository } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'

async function registryOf(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const registry = await startTestRegistry(options)
  onTestFinished(() => registry.close())
  return registry
}

const repositoryOf = (registry: TestRegistry, name = 't/app'): Repository =>
  clientOf().repository(`${registry.host}/${name}`)
const lines = (registry: TestRegistry): string[] =>
  registry.journal.requests().map(({ method, kind, status }) => `${method} ${kind} ${status ?? '-'}`)
const content = randomBytes(300_000)
const blob = descriptorOf(content)

async function receive(delivery: Delivery): Promise<Receiver> {
  const receiver = await delivery.receive(blob)
  if (typeof receiver === 'string') throw new Error(receiver)
  return receiver
}

/** Sends the rest of the blob, and commits it. */
async function attempt(receiver: Receiver): Promise<void> {
  try {
    await sendBytes({ descriptor: blob, bytes: content }, receiver, { source: 'test' })
    await receiver.commit()
  } finally {
    await receiver.close()
  }
}

describe('a blob into a repository', () => {
  it('is a HEAD, a POST and a PUT, and an image one PUT more, under its tag', async () => {
    const registry = await registryOf()
    const delivery = await repositoryOf(registry).target().begin()
    await attempt(await receive(delivery))
    expect(lines(registry)).toEqual([
      'HEAD blob 404',
      'GET ping 200',
      'GET blob 404',
      'POST upload 202',
      'PUT upload 201',
    ])
    const config = Buffer.from('{}')
    const small = await delivery.receive(descriptorOf(config))
    if (typeof small === 'string') throw new Error(small)
    await sendBytes({ descriptor: descriptorOf(config), bytes: config }, small, { source: 'test' })
    await small.commit()
    registry.journal.clear()
    const { bytes, digest } = manifestOf(config, [content])
    const target = { mediaType: manifestType, digest, size: bytes.byteLength }
    const publication = { target, names: ['1', '2'], documents: [{ descriptor: target, bytes }] }
    expect(await delivery.publish(publication)).toEqual({ outcome: 'published' })
    expect(lines(registry)).toEqual(['HEAD manifest 404', 'GET manifest 404', 'PUT manifest 201'])
    await delivery.finish()
    expect(registry.repository('t/app').tags()).toEqual({ 1: digest, 2: digest })
  })

  const faults: [string, Fault, { readonly chunkSize?: number }?][] = [
    ['a reset', { on: 'upload', method: 'PUT', nth: 1, afterRequestBytes: 100_000, then: 'reset' }],
    ['503', { on: 'upload', method: 'PUT', nth: 1, then: { status: 503 } }],
    ['429', { on: 'upload', method: 'PUT', nth: 1, then: { status: 429, retryAfter: 3 } }],
    ['a token that expires', { on: 'upload', method: 'PUT', nth: 1, then: 'expire-token' }],
    [
      'a reset in a chunk',
      { on: 'upload', method: 'PATCH', nth: 2, afterRequestBytes: 30_000, then: 'reset' },
      { chunkSize: 100_000 },
    ],
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
  ]
  it.each(faults)('makes one attempt, and another one after %s brings it', async (_what, fault, options) => {
    const registry = await registryOf(
      fault.then === 'expire-token' ? { auth: { kind: 'bearer', anonymous: 'everything' } } : {},
    )
    registry.addFault(fault)
    const delivery = await repositoryOf(registry).target(options).begin()
    await failureOf(attempt(await receive(delivery)))
    expect(registry.journal.requests().filter(({ method }) => method === fault.method)).toHaveLength(fault.nth ?? 0)
    const again = await delivery.receive(blob)
    if (typeof again !== 'string') await attempt(again)
    expect(registry.repository('t/app').blob(blob.digest)).toEqual(new Uint8Array(content))
    await delivery.finish()
  })

  it('does not hash what was verified on its way in: the registry does, and refuses what is wrong', async () => {
    const registry = await registryOf()
    const delivery = await repositoryOf(registry).target().begin()
    const wrong = Buffer.from(content)
    wrong[0] = ~(wrong[0] ?? 0) & 255
    for (const [verified, code] of [
      [false, 'DIGEST_MISMATCH'],
      [true, 'DIGEST_INVALID'],
    ] as const) {
      const receiver = await delivery.receive(blob, { verified })
      if (typeof receiver === 'string') throw new Error(receiver)
      await sendBytes({ descriptor: blob, bytes: wrong }, receiver, { source: 'test' })
      expect(await failureOf(receiver.commit())).toMatchObject({ code })
    }
    expect(registry.repository('t/app').blobs()).toEqual([])
    await attempt(await receive(delivery))
    await delivery.finish()
  })

  it('hashes all of it when only the beginning came from where bytes are verified', async () => {
    const registry = await registryOf()
    registry.addFault({ on: 'upload', method: 'PUT', nth: 1, afterRequestBytes: 100_000, then: 'reset' })
    const delivery = await repositoryOf(registry).target().begin()
    const first = await delivery.receive(blob, { verified: true })
    if (typeof first === 'string') throw new Error(first)
    await failureOf(attempt(first))
    const second = await receive(delivery)
    expect(second.offset).toBe(0)
    await attempt(second)
    expect(registry.repository('t/app').blob(blob.digest)).toEqual(new Uint8Array(content))
    await delivery.finish()
  })

  it('says which repository it was mounted from', async () => {
    const registry = await registryOf()
    registry.repository('t/base').putBlob(content)
    const delivery = await repositoryOf(registry).target().begin()
    const from: string[] = []
    const mount = ['t/none', 't/base'].map((repository) => ({ host: registry.host, repository }))
    expect(await delivery.receive(blob, { mount, onMount: (origin) => void from.push(origin.repository) })).toBe(
      'mounted',
    )
    expect(from).toEqual(['t/base'])
    await delivery.finish()
  })

  it('goes on where the registry says that it is', async () => {
    const registry = await registryOf()
    registry.addFault({ on: 'upload', method: 'PATCH', nth: 3, afterRequestBytes: 50_000, then: 'reset' })
    const delivery = await repositoryOf(registry).target({ chunkSize: 100_000 }).begin()
    await failureOf(attempt(await receive(delivery)))
    const again = await receive(delivery)
    const { offset } = again
    expect(offset).toBeGreaterThanOrEqual(200_000)
    expect(offset).toBeLessThan(300_000)
    await attempt(again)
    expect(registry.journal.requests({ method: 'PATCH' }).map(({ headers }) => headers['content-range'])).toEqual([
      '0-99999',
      '100000-199999',
      '200000-299999',
      `${offset}-299999`,
    ])
  })

  it('begins anew where the registry had other bytes than it said', async () => {
    const registry = await registryOf({ quirks: { chunkOrder: false } })
    registry.addFault({ on: 'upload', method: 'PUT', nth: 1, afterRequestBytes: 200_000, then: 'reset' })
    registry.addFault({ on: 'upload', method: 'GET', nth: 1, then: { headers: { range: '0-9999' } } })
    registry.addFault({ on: 'upload', method: 'PATCH', then: { headers: { range: null } } })
    const delivery = await repositoryOf(registry).target().begin()
    await failureOf(attempt(await receive(delivery)))
    const misled = await receive(delivery)
    expect(misled.offset).toBe(10_000)
    expect(await failureOf(attempt(misled))).toMatchObject({
      code: 'UPLOAD_FAILED',
      cause: { code: 'DIGEST_INVALID' },
    })
    const again = await receive(delivery)
    expect(again.offset).toBe(0)
    await attempt(again)
    expect(registry.repository('t/app').blob(blob.digest)).toEqual(new Uint8Array(content))
  })

  it('that cannot be asked for its state now is asked later, and goes on then', async () => {
    const registry = await registryOf()
    registry.addFault({ on: 'upload', method: 'PATCH', nth: 3, then: 'reset' })
    registry.addFault({ on: 'upload', method: 'GET', then: 'reset' })
    const delivery = await repositoryOf(registry).target({ chunkSize: 100_000 }).begin()
    await failureOf(attempt(await receive(delivery)))
    expect(await failureOf(receive(delivery))).toMatchObject({ code: 'CONNECTION_LOST' })
    registry.clearFaults()
    expect((await receive(delivery)).offset).toBeGreaterThanOrEqual(200_000)
    await delivery.abort()
    expect(lines(registry).filter((line) => line.startsWith('POST'))).toHaveLength(1)
    expect(lines(registry).at(-1)).toBe('DELETE upload 204')
  })

  it('tells at once that its request has failed', async () => {
    const registry = await registryOf()
    registry.addFault({ on: 'upload', method: 'PUT', afterRequestBytes: 1000, then: { status: 413, body: '' } })
    const delivery = await repositoryOf(registry).target().begin()
    const receiver = await receive(delivery)
    await receiver.begin({ start: 0, source: 'test' })
    const { failed } = receiver
    const told = new Promise((resolve) => {
      failed?.addEventListener('abort', () => resolve(failed.reason))
    })
    await receiver.write(content.subarray(0, 2000))
    expect(await told).toMatchObject({ code: 'UPLOAD_FAILED' })
    await delivery.abort()
  })

  it.each([{ size: -1 }, { size: 1.5 }, { digest: 'sha256:../x' as const }])(
    'is not asked for as %j',
    async (wrong) => {
      const registry = await registryOf()
      const delivery = await repositoryOf(registry).target().begin()
      const { code } = await failureOf(delivery.receive({ ...blob, ...wrong }))
      expect(code).toMatch(/OPTION_INVALID|DIGEST_/)
      expect(registry.journal.entries).toEqual([])
    },
  )

  it('never gives the whole of something else away', async () => {
    const registry = await registryOf()
    const delivery = await repositoryOf(registry).target().begin()
    const receiver = await receive(delivery)
    const other = Buffer.concat([content.subarray(0, -1), Buffer.from([~(content.at(-1) ?? 0) & 255])])
    await sendBytes({ descriptor: blob, bytes: other }, receiver, { source: 'test' })
    expect(await failureOf(receiver.commit())).toMatchObject({
      code: 'DIGEST_MISMATCH',
      facts: { digest: blob.digest },
    })
    expect(registry.repository('t/app').blobs()).toEqual([])
    expect(lines(registry)).toEqual([
      'HEAD blob 404',
      'GET ping 200',
      'GET blob 404',
      'POST upload 202',
      'PUT upload -',
      'DELETE upload 204',
    ])
  })

  it('is asked for at repositories of the same registry only, three at most', async () => {
    const registry = await registryOf()
    await repositoryOf(registry, 't/d').blobs.upload(blob, content)
    registry.journal.clear()
    const { host } = registry
    const mount = [
      { host: 'elsewhere.example', repository: 't/d' },
      { host, repository: 't/app' },
      ...['t/a', 't/b', 't/c', 't/d'].map((repository) => ({ host, repository })),
    ]
    const delivery = await repositoryOf(registry).target().begin()
    const receiver = await delivery.receive(blob, { mount })
    expect(typeof receiver).toBe('object')
    expect(
      registry.journal
        .requests({ method: 'POST' })
        .map(({ path }) => new URL(path, registry.url).searchParams.get('from')),
    ).toEqual(['t/a', 't/b', 't/c'])
    await delivery.abort()
    const later = await repositoryOf(registry).target().begin()
    expect(await later.receive(blob, { mount: mount.slice(-2) })).toBe('mounted')
    await later.finish()
  })

  it('that is given up is cancelled at the registry', async () => {
    const registry = await registryOf()
    const delivery = await repositoryOf(registry).target({ chunkSize: 100_000 }).begin()
    const receiver = await receive(delivery)
    await receiver.begin({ start: 0, source: 'test' })
    await receiver.write(content.subarray(0, 150_000))
    await delivery.abort()
    expect(lines(registry)).toContain('DELETE upload 204')
    expect(registry.repository('t/app').blobs()).toEqual([])
  })

  it('is taken from a source that does not wait', async () => {
    const registry = await registryOf()
    const delivery = await repositoryOf(registry).target({ chunkSize: 70_000 }).begin()
    const receiver = await receive(delivery)
    await receiver.begin({ start: 0, source: 'test' })
    for (let at = 0; at < content.length; at += 1000) void receiver.write(content.subarray(at, at + 1000))
    await receiver.commit()
    expect(registry.repository('t/app').blob(blob.digest)).toEqual(new Uint8Array(content))
  })

  it.each([0, -1, 1.5, Number.NaN])('has no chunks of %s bytes', async (chunkSize) => {
    const registry = await registryOf()
    expect(() => repositoryOf(registry).target({ chunkSize })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    )
  })
})

describe('a publication', () => {
  it('says what was collected since it was delivered', async () => {
    const registry = await registryOf()
    const delivery = await repositoryOf(registry).target().begin()
    await attempt(await receive(delivery))
    const { bytes, digest } = manifestOf(content, [content])
    const target = { mediaType: manifestType, digest, size: bytes.byteLength }
    await repositoryOf(registry).blobs.delete(blob.digest)
    const result = await delivery.publish({ target, names: ['1'], documents: [{ descriptor: target, bytes }] })
    expect(result).toMatchObject({ outcome: 'missing', blobs: [{ digest: blob.digest }] })
    expect(registry.repository('t/app').tags()).toEqual({})
  })
})
