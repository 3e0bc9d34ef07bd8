import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { image, startTestRegistry, type TestRegistry } from '../src/index.ts'
import { ask, json, type Answer } from './support/http.ts'

let registry: TestRegistry
beforeEach(async () => {
  registry = await startTestRegistry({ images: [image('t/app:1').layer({ a: 'b' })] })
})
afterEach(() => registry.close())

const api = (path: string, method = 'GET', body?: unknown): Promise<Answer> =>
  ask(`${registry.url}/_lading/api${path}`, {
    method,
    ...(body === undefined
      ? {}
      : {
          body: typeof body === 'string' ? body : JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        }),
  })
const manifestStatus = async (): Promise<number> => (await ask(`${registry.url}/v2/t/app/manifests/1`)).status
const code = (answer: Answer): [number, unknown] => [answer.status, (json(answer)['error'] as { code: string }).code]

test('it says what it is', async () => {
  expect(json(await api(''))).toEqual({
    version: expect.stringMatching(/^\d/),
    url: registry.url,
    host: registry.host,
    cdn: registry.cdn.url,
    auth: ['none'],
  })
})

test('it is in no journal, meets no fault, and needs no credential', async () => {
  await registry.close()
  registry = await startTestRegistry({
    auth: { kind: 'basic', username: 'a', password: 'b' },
    faults: [{ on: 'any', then: 'reset' }],
    latencyMs: 60_000,
  })
  expect((await api('')).status).toBe(200)
  expect(registry.journal.entries).toEqual([])
})

describe('quirks', () => {
  const headStatus = async (): Promise<number> =>
    (await ask(`${registry.url}/v2/t/app/manifests/1`, { method: 'HEAD' })).status

  test('are listed with what there is, set one by one, and taken back', async () => {
    expect(json(await api('/quirks'))).toMatchObject({
      quirks: {},
      known: expect.arrayContaining([
        { name: 'headStatus', values: '400 to 599', help: expect.any(String) as string },
      ]) as unknown,
    })
    expect(json(await api('/quirks', 'PATCH', { headStatus: 403, maxPageSize: 1 }))['quirks']).toEqual({
      headStatus: 403,
      maxPageSize: 1,
    })
    expect(await headStatus()).toBe(403)
    expect(json(await api('/quirks', 'PATCH', { headStatus: null }))['quirks']).toEqual({ maxPageSize: 1 })
    expect(await headStatus()).toBe(200)
    expect((await api('/quirks', 'DELETE')).status).toBe(204)
    expect(registry.quirks()).toEqual({})
  })

  test.each([{ headStatus: 403, headstatus: 403 }, { headStatus: 200 }, [], null, 'true'])(
    'that are none change nothing: %j',
    async (quirks) => {
      expect(code(await api('/quirks', 'PATCH', quirks))).toEqual([400, expect.stringMatching(/INVALID/)])
      expect(registry.quirks()).toEqual({})
    },
  )
})

describe('faults', () => {
  test('are added, listed, turned off and on, and removed', async () => {
    const added = await api('/faults', 'POST', { name: 'down', on: 'manifest', then: { status: 503 } })
    expect([added.status, json(added)]).toEqual([
      201,
      {
        faults: [
          {
            id: 1,
            name: 'down',
            fault: { name: 'down', on: 'manifest', then: { status: 503 } },
            fired: 0,
            withoutEffect: 0,
            enabled: true,
          },
        ],
      },
    ])
    expect(await manifestStatus()).toBe(503)
    expect(json(await api('/faults/1', 'PATCH', { enabled: false }))).toMatchObject({ id: 1, enabled: false, fired: 1 })
    expect(await manifestStatus()).toBe(200)
    await api('/faults/1', 'PATCH', { enabled: true })
    expect(await manifestStatus()).toBe(503)
    expect((await api('/faults/1', 'DELETE')).status).toBe(204)
    expect(await manifestStatus()).toBe(200)
    expect(code(await api('/faults/1'))).toEqual([404, 'NOT_FOUND'])
  })

  test('an array is added whole or not at all', async () => {
    const refused = await api('/faults', 'POST', [
      { on: 'blob', then: 'reset' },
      { on: 'blob', then: 'rest' },
    ])
    expect([refused.status, json(refused)]).toEqual([
      400,
      {
        error: {
          code: 'FAULT_INVALID',
          message: expect.stringMatching(/^not a fault's 'then': "rest"; there are reset, close, /),
          hint: expect.any(String),
        },
      },
    ])
    expect(json(await api('/faults'))).toEqual({ faults: [] })
    expect(
      json(
        await api('/faults', 'POST', [
          { on: 'blob', then: 'reset' },
          { on: 'blob', then: 'close' },
        ]),
      ),
    ).toMatchObject({ faults: [{ name: 'blob reset' }, { name: 'blob close' }] })
    expect((await api('/faults', 'DELETE')).status).toBe(204)
    expect(registry.faults()).toEqual([])
  })

  test.each(['/faults/x', '/faults/999', '/faults/1/2', '/nothing', '/__proto__', '/toString'])(
    '%s is not found',
    async (path) => {
      expect(code(await api(path))).toEqual([404, 'NOT_FOUND'])
    },
  )

  test.each([{}, { enabled: 1 }, { enabled: true, other: 1 }, [], null, 5])('no switch: %j', async (body) => {
    registry.addFault({ on: 'blob', then: 'reset' })
    expect(code(await api('/faults/1', 'PATCH', body))).toEqual([400, 'INVALID'])
  })
})

describe('the journal', () => {
  test('is read by filter and by pages, and cleared', async () => {
    await manifestStatus()
    await ask(`${registry.url}/v2/`)
    await ask(`${registry.url}/v2/t/app/manifests/2`)
    await registry.journal.waitFor({ target: '2' })
    expect(json(await api('/journal?kind=manifest&status=404'))).toMatchObject({
      entries: [{ number: 2, target: '2', status: 404, finished: true }],
      more: false,
      next: 3,
      dropped: 0,
    })
    expect(json(await api('/journal?limit=2'))).toMatchObject({
      entries: [{ number: 0 }, { number: 1 }],
      more: true,
      next: 2,
    })
    expect(json(await api('/journal?since=2&finished=true'))).toMatchObject({
      entries: [{ number: 2 }],
      more: false,
      next: 3,
    })
    expect(json(await api('/journal?since=9'))).toMatchObject({ entries: [], next: 9 })
    expect((await api('/journal', 'DELETE')).status).toBe(204)
    expect(registry.journal.entries).toEqual([])
  })

  test.each(['since=-1', 'limit=x', 'status=', 'finished=1', 'else=1', 'constructor=x'])(
    'a query that means nothing: %s',
    async (query) => {
      expect(code(await api(`/journal?${query}`))).toEqual([400, 'INVALID'])
      expect(code(await api(`/journal/events?${query}`))).toEqual([400, 'INVALID'])
    },
  )

  test('is asserted from outside', async () => {
    const digest = registry.repository('t/app').blobs()[0] ?? ''
    const claim = (body: unknown): Promise<Answer> => api('/journal/assert', 'POST', body)
    expect(
      (await claim({ notFetched: digest, noSecretAt: 'cdn', requests: { count: 0, filter: { kind: 'blob' } } })).status,
    ).toBe(204)
    await ask(`${registry.url}/v2/t/app/blobs/${digest}`)
    expect((await claim({ fetchedOnce: digest, noByteTwice: digest })).status).toBe(204)
    const failed = await claim({ fetchedOnce: digest, notFetched: digest })
    expect([...code(failed), (json(failed)['error'] as { message: string }).message]).toEqual([
      409,
      'ASSERTION_FAILED',
      expect.stringContaining('was fetched once, not never\n  #0 GET /v2/t/app/blobs/'),
    ])
    expect(code(await claim({ retryAfterHonoured: true }))).toEqual([409, 'ASSERTION_FAILED'])
  })

  test.each<{ readonly body: unknown }>([
    { body: {} },
    { body: [] },
    { body: null },
    { body: { fetched: 'x' } },
    { body: { toString: 'x' } },
    { body: { fetchedOnce: 1 } },
    { body: { noSecretAt: 'x' } },
    { body: { requests: { count: 1, filter: { x: 1 } } } },
    { body: { requests: { count: 1, z: 1 } } },
    { body: { retryAfterHonoured: false } },
  ])('no assertion: %j', async ({ body }) => {
    expect(code(await api('/journal/assert', 'POST', body))).toEqual([400, 'INVALID'])
  })
})

describe('images', () => {
  test('are seeded from a description, and answered with their digests', async () => {
    const answer = await api('/images', 'POST', [{ name: 't/new:1', layers: [{ files: { a: 'b' } }] }])
    const built = image('t/new:1').layer({ a: 'b' }).build()
    expect([answer.status, json(answer)]).toMatchObject([
      201,
      {
        images: [
          {
            kind: 'manifest',
            name: 't/new:1',
            digest: built.digest,
            size: built.size,
            config: { digest: built.config.digest },
            layers: [{ digest: built.layers[0]?.digest, diffId: built.layers[0]?.diffId }],
          },
        ],
      },
    ])
    expect((await ask(`${registry.url}/v2/t/new/manifests/1`)).headers['docker-content-digest']).toBe(built.digest)
  })

  test('nothing is stored when one of them is wrong', async () => {
    const answer = await api('/images', 'POST', [{ name: 't/new:1' }, { name: 't/other:1', platform: 'linux' }])
    expect(code(answer)).toEqual([400, 'IMAGE_INVALID'])
    expect(registry.repositories()).toEqual(['t/app'])
  })
})

describe('clock and tokens', () => {
  test('the clock moves on and tokens expire', async () => {
    await registry.close()
    registry = await startTestRegistry({ auth: { kind: 'bearer', expiresInSeconds: 60 } })
    const token = async (): Promise<Record<string, string>> => ({
      authorization: `Bearer ${String(json(await ask(`${registry.url}/token?scope=repository:t/app:pull`))['token'])}`,
    })
    const ping = async (headers: Record<string, string>): Promise<number> =>
      (await ask(`${registry.url}/v2/`, { headers })).status
    const first = await token()
    expect(await ping(first)).toBe(200)
    const before = json(await api('/clock'))['now'] as number
    expect(json(await api('/clock', 'POST', { advanceMs: 60_000 }))['now']).toBeGreaterThanOrEqual(before + 60_000)
    expect(await ping(first)).toBe(401)
    const second = await token()
    expect((await api('/tokens', 'DELETE')).status).toBe(204)
    expect(await ping(second)).toBe(401)
  })

  test.each([{}, { advanceMs: -1 }, { advanceMs: 1.5 }, { advanceMs: 1e15 }, { advanceMs: '1' }, null])(
    'no move: %j',
    async (body) => {
      expect(code(await api('/clock', 'POST', body))).toEqual([400, 'INVALID'])
    },
  )
})

describe('repositories', () => {
  test('are listed and shown with what they hold', async () => {
    const built = image('t/app:1').layer({ a: 'b' }).build()
    expect(json(await api('/repositories'))).toEqual({
      repositories: [{ name: 't/app', tags: { 1: built.digest }, manifests: 1, blobs: 2 }],
    })
    expect(json(await api('/repositories/t/app'))).toMatchObject({
      name: 't/app',
      tags: { 1: built.digest },
      manifests: [
        {
          digest: built.digest,
          mediaType: built.mediaType,
          size: built.size,
          config: { digest: built.config.digest },
          layers: [{ digest: built.layers[0]?.digest, size: built.layers[0]?.size }],
        },
      ],
      blobs: expect.arrayContaining([{ digest: built.config.digest, size: built.config.size }]),
      more: false,
    })
    expect(json(await api('/repositories/t%2Fapp'))).toMatchObject({ name: 't/app' })
    expect(code(await api('/repositories/t/none'))).toEqual([404, 'NOT_FOUND'])
    expect(code(await api('/repositories/..%2f..%2fetc'))).toEqual([404, 'NOT_FOUND'])
  })

  test('a manifest may be anything', async () => {
    const odd = [
      'no json',
      '[]',
      'null',
      '{"layers":5,"config":{"digest":7},"manifests":[{"digest":"x","size":"y","platform":5},3]}',
    ]
    for (const bytes of odd) registry.repository('t/odd').putManifest(bytes)
    expect((json(await api('/repositories/t/odd'))['manifests'] as unknown[]).length).toBe(odd.length)
  })

  test('tags move, and tags, manifests and blobs go', async () => {
    const built = image('t/app:1').layer({ a: 'b' }).build()
    expect((await api('/repositories/t/app?tag=2', 'PUT', { digest: built.digest })).status).toBe(204)
    expect(registry.repository('t/app').tags()).toEqual({ 1: built.digest, 2: built.digest })
    expect((await api('/repositories/t/app?tag=1', 'DELETE')).status).toBe(204)
    expect((await api('/repositories/t/app?tag=1', 'DELETE')).status).toBe(404)
    expect((await api(`/repositories/t/app?manifest=${built.digest}`, 'DELETE')).status).toBe(204)
    expect((await api(`/repositories/t/app?blob=${built.config.digest}`, 'DELETE')).status).toBe(204)
    expect(registry.repository('t/app').tags()).toEqual({})
    expect(registry.repository('t/app').blobs()).toEqual([built.layers[0]?.digest])
    for (const query of ['', '?tag=2&blob=x', '?constructor=x'])
      expect(code(await api(`/repositories/t/app${query}`, 'DELETE'))).toEqual([400, 'INVALID'])
    expect(code(await api('/repositories/t/app?tag=-', 'PUT', { digest: built.digest }))).toEqual([400, 'INVALID'])
    expect(code(await api('/repositories/t/app?tag=x', 'PUT', { digest: 'sha256:x' }))).toEqual([400, 'INVALID'])
  })
})
