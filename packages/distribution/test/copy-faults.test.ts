import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestOf } from '@lading/digest/hash'
import { createRegistryClient, type RegistryClient } from '@lading/registry-client'
import {
  image,
  profiles,
  startTestRegistry,
  type AuthOptions,
  type Fault,
  type ProfileName,
  type TestRegistry,
  type TestRegistryOptions,
} from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { failure, instantClock } from './scene.ts'
import { wayNames, waysFrom, type WayName, type Ways } from './support/ways.ts'

/** Of all that waits here. */
const time = instantClock()
let folder: string
let from: TestRegistry
let client: RegistryClient
let ways: Ways

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-copy-faults-'))
  from = await startTestRegistry({ images: [image('t/app:1').randomLayer(200_000).randomLayer(300_000, { seed: 2 })] })
  client = createRegistryClient({ clock: time })
  ways = await waysFrom(from, client, folder)
})
afterAll(async () => {
  await ways?.close()
  await client?.close()
  await from?.close()
  await rm(folder, { recursive: true, force: true })
})

async function registryWith(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const registry = await startTestRegistry(options)
  onTestFinished(() => registry.close())
  return registry
}

/** Every blob and every manifest is the source's, byte for byte, and the tag is there. */
function expectWhole({ repository }: Pick<TestRegistry, 'repository'>): void {
  const [source, target] = [from.repository('t/app'), repository('t/copy')]
  expect(target.tags()).toEqual(source.tags())
  expect(target.manifests()).toEqual(source.manifests())
  expect(new Set(target.blobs())).toEqual(new Set(source.blobs()))
  for (const digest of target.blobs()) expect(digestOf(target.blob(digest) ?? new Uint8Array())).toBe(digest)
  for (const digest of target.manifests())
    expect(target.manifest(digest)?.bytes).toEqual(source.manifest(digest)?.bytes)
}

const upload = (method: string, then: Fault['then'], more: Partial<Fault> = {}): Fault => ({
  on: 'upload',
  method,
  nth: 1,
  then,
  ...more,
})
const reset = (method: string, more: Partial<Fault> = {}): Fault => upload(method, 'reset', more)
const unknown = { status: 404, body: { errors: [{ code: 'BLOB_UPLOAD_UNKNOWN' }] } } as const
const busy = { status: 429, retryAfter: 2 } as const

interface Row {
  readonly faults: readonly Fault[]
  /** Requests beyond those of the same copy without faults, at most. */
  readonly more: number
  readonly registry?: TestRegistryOptions
  /** In chunks of 100 000 bytes. */
  readonly chunks?: true
  /** Sessions that the client has no address of. */
  readonly unheard?: number
}
const chunks = true
const rows: Readonly<Record<string, Row>> = {
  'a cut where the tag is asked for': { faults: [{ on: 'manifest', method: 'HEAD', nth: 1, then: 'reset' }], more: 1 },
  'a cut where a blob is asked for': { faults: [{ on: 'blob', method: 'HEAD', nth: 1, then: 'reset' }], more: 1 },
  'a cut where an upload is opened': { faults: [reset('POST')], more: 1, unheard: 1 },
  'a connection that ends after an upload is opened': { faults: [reset('POST', { afterBytes: 0 })], more: 3 },
  'a cut before any byte of a blob': { faults: [reset('PUT')], more: 5 },
  'a cut in the middle of a blob': { faults: [reset('PUT', { afterRequestBytes: 100_000 })], more: 5 },
  'a cut in the middle of the last blob': { faults: [reset('PUT', { nth: 3, afterRequestBytes: 1 })], more: 5 },
  'a lost answer to a blob': { faults: [reset('PUT', { afterBytes: 0 })], more: 5 },
  'a cut before a chunk': { faults: [reset('PATCH', { nth: 2 })], more: 3, chunks },
  'a cut in the middle of a chunk': {
    faults: [reset('PATCH', { nth: 2, afterRequestBytes: 30_000 })],
    more: 3,
    chunks,
  },
  'a lost answer to a chunk': { faults: [reset('PATCH', { nth: 1, afterBytes: 0 })], more: 3, chunks },
  'a cut at the end of chunks': { faults: [reset('PUT')], more: 3, chunks },
  'a lost answer to the end of chunks': { faults: [reset('PUT', { afterBytes: 0 })], more: 3, chunks },
  'a cut at the manifest': { faults: [{ on: 'manifest', method: 'PUT', nth: 1, then: 'reset' }], more: 1 },
  'a lost answer to the manifest': {
    faults: [{ on: 'manifest', method: 'PUT', nth: 1, afterBytes: 0, then: 'reset' }],
    more: 1,
  },
  '500 at the manifest': { faults: [{ on: 'manifest', method: 'PUT', nth: 1, then: { status: 500 } }], more: 1 },
  'a proxy that takes 150 000 bytes at once': {
    faults: [upload('PUT', { status: 413 }, { nth: undefined, afterRequestBytes: 150_000 })],
    more: 7,
  },
  'a proxy that takes 70 000 bytes at once': {
    faults: [{ on: 'upload', method: ['PUT', 'PATCH'], afterRequestBytes: 70_000, then: { status: 413 } }],
    more: 13,
  },
  '429 where an upload is opened': { faults: [upload('POST', busy)], more: 1 },
  '429 at a blob': { faults: [upload('PUT', busy)], more: 5 },
  '429 at a chunk': { faults: [upload('PATCH', busy, { nth: 2 })], more: 3, chunks },
  '429 at the manifest': { faults: [{ on: 'manifest', method: 'PUT', nth: 1, then: busy }], more: 1 },
  'a session that expired before its blob': { faults: [upload('PUT', unknown)], more: 5 },
  'a session that expired between chunks': { faults: [upload('PATCH', unknown, { nth: 2 })], more: 3, chunks },
  'a session that expired at the end of chunks': { faults: [upload('PUT', unknown)], more: 3, chunks },
  'an offset that is not so': {
    faults: [reset('PUT', { afterRequestBytes: 100_000 }), upload('GET', { headers: { range: '0-9999' } })],
    more: 5,
  },
  'a chunk that is out of order': { faults: [upload('PATCH', { status: 416 }, { nth: 2 })], more: 5, chunks },
  'a token that expires': {
    faults: [upload('PUT', 'expire-token')],
    registry: { auth: { kind: 'bearer', anonymous: 'everything' } },
    more: 6,
  },
  'absolute locations, and a cut': {
    faults: [reset('PATCH', { nth: 2 })],
    registry: { quirks: { absoluteLocations: true } },
    more: 3,
    chunks,
  },
  'locations that change with each chunk, and a cut': {
    faults: [reset('PATCH', { nth: 2 })],
    registry: { quirks: { statefulLocations: true } },
    // One more where the cut meets a blob of which a chunk had been taken: that chunk comes again.
    more: 6,
    chunks,
    // It is asked where it is, and that is not there any more.
    unheard: 1,
  },
  'a Range that stays where it was, and a cut': {
    faults: [reset('PATCH', { nth: 3 })],
    registry: { quirks: { uploadRange: 'stuck' } },
    more: 7,
    chunks,
  },
  'no Range, and a cut': {
    faults: [reset('PATCH', { nth: 3 })],
    registry: { quirks: { uploadRange: 'none' } },
    more: 7,
    chunks,
  },
}

/** What the same copy asks of a registry without faults. */
const calm = new Map<string, number>()
async function calmRequests(way: WayName, { registry: options, chunks: inChunks }: Row): Promise<number> {
  const key = `${way} ${inChunks === true} ${JSON.stringify(options)}`
  const known = calm.get(key)
  if (known !== undefined) return known
  const to = await registryWith(options)
  await ways[way](client, to.host, { chunkSize: inChunks === true ? 100_000 : undefined })
  const count = to.journal.entries.length
  calm.set(key, count)
  return count
}

describe('what is in the way of a copy is gone beyond', () => {
  // In the ordinary run those that cost most, each from one place.
  const chosen = Object.entries(rows).filter(([, { more }]) => more >= atScale(5, 0))
  const all = chosen.flatMap(([name, row], at) =>
    atScale([wayNames[at % 3] ?? 'a registry'], wayNames).map((way) => [name, way, row] as const),
  )
  it.each(all)('%s, from %s', async (_name, way, row) => {
    const most = (await calmRequests(way, row)) + row.more
    const to = await registryWith(row.registry)
    for (const fault of row.faults) to.addFault(fault)
    const start = time.now()
    await ways[way](client, to.host, { clock: time, chunkSize: row.chunks === true ? 100_000 : undefined })
    const { journal } = to
    for (const fault of to.faults()) expect(fault.fired, fault.name).toBeGreaterThan(0)
    expectWhole(to)
    expect(to.repository('t/copy').uploads(), 'uploads that are open').toHaveLength(row.unheard ?? 0)
    expect(
      journal.entries.length,
      journal
        .requests()
        .map(({ method, kind, status }) => `${method} ${kind} ${status ?? '-'}`)
        .join('\n'),
    ).toBeLessThanOrEqual(most)
    const asked = row.faults.some(({ then }) => then === busy) ? busy.retryAfter * 1000 : 0
    expect(time.now() - start).toBeGreaterThanOrEqual(asked)
  })
})

describe('what cannot be gone beyond ends a copy', () => {
  const refused = { status: 400, body: { errors: [{ code: 'DIGEST_INVALID' }] } } as const
  const ends: [string, Fault, code: string][] = [
    ['a digest that is refused', upload('PUT', refused, { nth: undefined }), 'DIGEST_INVALID'],
    ['a cut in each blob', reset('PUT', { nth: undefined, afterRequestBytes: 1 }), 'CONNECTION_LOST'],
    ['nobody who may open an upload', upload('POST', { status: 403 }, { nth: undefined }), 'DENIED'],
    ['nobody who may put a manifest', { on: 'manifest', method: 'PUT', then: { status: 403 } }, 'DENIED'],
    ['no room', upload('PUT', { status: 507 }, { nth: undefined }), 'UNEXPECTED_STATUS'],
  ]
  const all = ends.flatMap(([name, fault, code], at) =>
    atScale([wayNames[at % 3] ?? 'a registry'], wayNames).map((way) => [name, way, fault, code] as const),
  )
  it.each(all)('%s, from %s: nothing is named, no upload stays open', async (_name, way, fault, code) => {
    const to = await registryWith()
    to.addFault(fault)
    expect(await failure(ways[way](client, to.host))).toMatchObject({ code })
    expect(to.repository('t/copy').tags()).toEqual({})
    expect(to.repository('t/copy').uploads()).toEqual([])
    // Five attempts at the most for each of three blobs.
    expect(to.journal.requests({ kind: 'upload', method: 'PUT' }).length).toBeLessThanOrEqual(15)
  })
})

it.each(wayNames)('an upload that is opened while somebody gives up is cancelled, from %s', async (way) => {
  const to = await registryWith()
  to.addFault({ on: 'upload', method: 'POST', then: { delayMs: 30 } })
  const controller = new AbortController()
  const reason = new Error('never mind')
  to.journal.subscribe((entry) => {
    if (entry?.method === 'POST') controller.abort(reason)
  })
  expect(await failure(ways[way](client, to.host, { jobs: 3, signal: controller.signal }))).toBe(reason)
  expect(to.journal.requests({ kind: 'upload', method: 'POST', status: 202 }).length).toBeGreaterThan(0)
  expect(to.repository('t/copy').uploads()).toEqual([])
  expect(to.repository('t/copy').tags()).toEqual({})
})

it('a source that lies about a digest is found out: nothing is named, no upload stays open', async () => {
  const to = await registryWith()
  const lie = from.addFault({ on: 'blob', method: 'GET', then: 'flip' })
  onTestFinished(() => lie.remove())
  for (const inChunks of [undefined, 100_000])
    expect(await failure(ways['a registry'](client, to.host, { chunkSize: inChunks }))).toMatchObject({
      code: 'DIGEST_MISMATCH',
    })
  expect(to.repository('t/copy').tags()).toEqual({})
  expect(to.repository('t/copy').blobs()).toEqual([])
  expect(to.repository('t/copy').uploads()).toEqual([])
})

describe('a mount', () => {
  const mounts: [string, Fault | undefined, mounted: number][] = [
    ['is taken', undefined, 3],
    ['is refused once: the blob is uploaded', upload('POST', { status: 403 }), 2],
    ['is answered by an upload: it is used', upload('POST', 'ignore-query'), 2],
    ['is always refused', { on: 'upload', method: 'POST', then: 'ignore-query' }, 0],
  ]
  it.each(
    mounts.flatMap(([name, ...row]) =>
      (['the store, pushed', 'a registry'] as const).map((way) => [name, way, ...row] as const),
    ),
  )('%s, from %s', async (_name, way, fault, mounted) => {
    const added = fault === undefined ? undefined : from.addFault(fault)
    onTestFinished(() => {
      added?.remove()
      const there = from.repository('t/copy')
      for (const tag of Object.keys(there.tags())) there.deleteTag(tag)
      for (const digest of there.manifests()) there.deleteManifest(digest)
      for (const digest of there.blobs()) there.deleteBlob(digest)
    })
    expect(await ways[way](client, from.host)).toMatchObject({ mounted, sent: { blobs: 3 - mounted } })
    expectWhole(from)
    expect(from.repository('t/copy').uploads()).toEqual([])
  })
})

/** Passes requests on. What opens an upload is answered with a `Location` of `where`. */
async function before(registry: TestRegistry, where?: () => string): Promise<string> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { method, url, headers } = request
    const onward = ask({ port: registry.port, method, path: url, headers }, (answer) => {
      const location = answer.headers.location
      if (where !== undefined && location !== undefined && location.includes('/uploads/'))
        answer.headers.location = `http://${where()}${location}`
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

it.each(atScale(['a layout'] as const, wayNames))(
  'an upload moves to another host, and goes on there after a cut, from %s',
  async (way) => {
    const to = await registryWith()
    const other = await before(to)
    const host = await before(to, () => other)
    to.addFault(reset('PATCH', { nth: 2, afterRequestBytes: 30_000 }))
    await ways[way](client, host, { chunkSize: 100_000 })
    expectWhole(to)
    expect(to.repository('t/copy').uploads()).toEqual([])
    const hosts = (method: string): Set<string | undefined> =>
      new Set(to.journal.requests({ kind: 'upload', method }).map(({ headers }) => headers['host']))
    expect(hosts('POST')).toEqual(new Set([host]))
    for (const method of ['PATCH', 'PUT']) expect(hosts(method)).toEqual(new Set([other]))
  },
)

describe('a registry of the field, with its own ways', () => {
  const names = atScale<readonly ProfileName[]>(
    ['ecr', 'google', 'nexus', 'quay'],
    Object.keys(profiles) as ProfileName[],
  )
  it.each(names.map((name, at) => [name, wayNames[1 + (at % 2)] ?? 'a registry'] as const))(
    '%s takes a push, and a copy, and has nothing sent again: from %s',
    async (profile, way) => {
      const { username } = { ...(profiles[profile].auth as AuthOptions & { username?: string }) }
      const credential = { kind: 'basic', username: username ?? '', password: 'password' } as const
      // As each process has its own.
      const user = (): RegistryClient => {
        const made = createRegistryClient({
          clock: time,
          credentials: async () => (username === undefined ? undefined : credential),
        })
        onTestFinished(() => made.close())
        return made
      }
      for (const each of atScale([way], ['the store, pushed', way] as const)) {
        const to = await registryWith({ profile })
        to.repository('t/copy').create()
        expect(await ways[each](user(), to.host)).toMatchObject({ status: 'copied', sent: { blobs: 3 } })
        expectWhole(to)
        expect(to.repository('t/copy').uploads()).toEqual([])
        to.journal.clear()
        expect(await ways[each](user(), to.host)).toMatchObject({ status: 'unchanged', sent: { blobs: 0 } })
        expect(to.journal.requests({ kind: 'upload' })).toEqual([])
      }
    },
  )
})
